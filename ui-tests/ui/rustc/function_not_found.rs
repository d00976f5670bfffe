use daemonize_runtime::daemonize;

#[daemonize(redirect = log_file())]
fn main() {}
