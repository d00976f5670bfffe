use daemonize_runtime::daemonize;

#[daemonize(redirect = "logs/", pid_file = "..")]
fn main() {}
