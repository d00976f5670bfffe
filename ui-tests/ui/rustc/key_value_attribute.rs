use daemonize_runtime::daemonize;

#[daemonize = "out.log"]
fn main() {}
