use daemonize_runtime::daemonize;

#[daemonize(close_fd = if cfg!(unix) { true } else { "false" })]
fn main() {}
