use daemonize_runtime::daemonize;

#[daemonize(crate = std)]
fn main() {}
