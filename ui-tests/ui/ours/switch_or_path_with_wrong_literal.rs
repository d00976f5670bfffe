use daemonize_runtime::daemonize;

#[daemonize(chdir = 5, pid_file = -5)]
fn main() {}
