use daemonize_runtime::daemonize;

#[daemonize(close_fd = 1, when = "yes")]
fn main() {}
