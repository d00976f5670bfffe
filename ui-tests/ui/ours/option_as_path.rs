use daemonize_runtime::daemonize;

#[daemonize(io::redirect = "out.log", chdir = 5)]
fn main() {}
