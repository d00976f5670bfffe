use daemonize_runtime::daemonize;

#[daemonize(colour = "blue")]
fn main() {}
