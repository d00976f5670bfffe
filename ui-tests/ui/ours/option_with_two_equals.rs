use daemonize_runtime::daemonize;

#[daemonize(chdir == false)]
fn main() {}
