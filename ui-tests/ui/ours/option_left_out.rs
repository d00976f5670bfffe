use daemonize_runtime::daemonize;

#[daemonize(chown_pid_file = true, append = true)]
fn main() {}
