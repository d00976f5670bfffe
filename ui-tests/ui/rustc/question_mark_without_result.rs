use daemonize_runtime::daemonize;

#[daemonize(redirect = std::env::var("LOG")?)]
fn main() {}
