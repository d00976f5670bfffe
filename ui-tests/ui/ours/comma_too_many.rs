use daemonize_runtime::daemonize;

#[daemonize(chdir = false,, redirct = "out.log")]
fn main() {}
