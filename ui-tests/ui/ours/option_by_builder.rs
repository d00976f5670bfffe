use daemonize_runtime::daemonize;

#[daemonize(daemonize_runtime::Daemon::new().redirect("out.log"))]
fn main() {}
