use daemonize_runtime::daemonize;

#[daemonize(redirct = "out.log", chdir = 'c', umsak, stdin = "")]
fn main() {}
