use daemonize_runtime::daemonize;

#[daemonize(umask = 22)]
fn main() {}
