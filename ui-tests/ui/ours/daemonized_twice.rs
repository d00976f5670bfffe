use daemonize_runtime::daemonize;

#[daemonize(chdir = false)]
#[daemonize(chdir = true)]
fn main() {}
