use daemonize_runtime::daemonize;

#[daemonize(close_fd = false, redirect = "out.log")]
fn main() {}
