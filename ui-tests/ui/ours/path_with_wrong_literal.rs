use daemonize_runtime::daemonize;

#[daemonize(redirect = 5, stdin = b"in")]
fn main() {}
