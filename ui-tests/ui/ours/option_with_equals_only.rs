use daemonize_runtime::daemonize;

#[daemonize(redirect = , chdir = false, stdin =)]
fn main() {}
