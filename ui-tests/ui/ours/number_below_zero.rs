use daemonize_runtime::daemonize;

#[daemonize(umask = -0o22, group = -5, redirect = -1)]
fn main() {}
