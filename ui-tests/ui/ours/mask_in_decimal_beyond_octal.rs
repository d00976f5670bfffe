use daemonize_runtime::daemonize;

#[daemonize(umask = 98)]
fn main() {}
