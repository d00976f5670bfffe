use daemonize_runtime::daemonize;

#[daemonize(crate = nowhere)]
fn main() {}
