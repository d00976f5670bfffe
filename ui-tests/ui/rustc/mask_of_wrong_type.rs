use daemonize_runtime::daemonize;

#[daemonize(umask = if cfg!(unix) { 0o27 } else { "0o27" })]
fn main() {}
