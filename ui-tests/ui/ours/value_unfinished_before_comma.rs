use daemonize_runtime::daemonize;

#[daemonize(redirect = f(1, ), stdin = 1 + , chdir = 5)]
fn main() {}
