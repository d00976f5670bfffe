use daemonize_runtime::daemonize;

#[daemonize(redirect = "bot", pid_file = "./bot")]
fn main() {}
