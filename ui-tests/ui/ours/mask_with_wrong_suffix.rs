use daemonize_runtime::daemonize;

#[daemonize(umask = 0o22_u16, user = 5u8)]
fn main() {}
