use daemonize_runtime::daemonize;

#[daemonize(restart = "on-crash")]
fn main() {}
