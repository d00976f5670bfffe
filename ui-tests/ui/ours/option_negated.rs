use daemonize_runtime::daemonize;

#[daemonize(!chdir, not(pid_file), no_close, no_commands = true, !redirect, no_umask)]
fn main() {}
