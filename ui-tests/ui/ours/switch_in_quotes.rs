use daemonize_runtime::daemonize;

#[daemonize(chdir = "false", pid_file = "true")]
fn main() {}
