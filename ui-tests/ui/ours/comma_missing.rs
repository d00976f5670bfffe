use daemonize_runtime::daemonize;

#[daemonize(chdir = false redirect = "out.log"; stdin = "")]
fn main() {}
