use daemonize_runtime::daemonize;

#[daemonize(umask = 0o1777)]
fn main() {}
