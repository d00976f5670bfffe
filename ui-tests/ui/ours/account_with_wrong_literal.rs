use daemonize_runtime::daemonize;

#[daemonize(user = true, group = "")]
fn main() {}
