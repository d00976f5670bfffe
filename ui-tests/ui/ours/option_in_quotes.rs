use daemonize_runtime::daemonize;

#[daemonize("chdir" = false, "redirct" = "out.log", "umask" = 22)]
fn main() {}
