use daemonize_runtime::daemonize;

#[daemonize(umask = "022")]
fn main() {}
