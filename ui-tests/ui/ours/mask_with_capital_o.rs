use daemonize_runtime::daemonize;

#[daemonize(umask = 0O22)]
fn main() {}
