use daemonize_runtime::daemonize;

#[daemonize(redirect = "out\0.log")]
fn main() {}
