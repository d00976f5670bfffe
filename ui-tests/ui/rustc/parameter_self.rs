use daemonize_runtime::daemonize;

#[daemonize]
fn main(&self) {}
