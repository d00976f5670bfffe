use daemonize_runtime::daemonize;

#[daemonize(umask = 0o28, redirect = "C:\logs", stdin = 'in', user = 1e)]
fn main() {}
