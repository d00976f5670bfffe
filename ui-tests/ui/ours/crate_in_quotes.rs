use daemonize_runtime::daemonize;

#[daemonize(crate = "my::daemonize_runtime")]
fn main() {}
