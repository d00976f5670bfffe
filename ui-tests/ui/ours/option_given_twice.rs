use daemonize_runtime::daemonize;

#[daemonize(chdir = false, redirect = "out.log", chdir = true, r#chdir = true)]
fn main() {}
