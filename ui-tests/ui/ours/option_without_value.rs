use daemonize_runtime::daemonize;

#[daemonize(chdir, redirect)]
fn main() {}
