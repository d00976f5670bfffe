use daemonize_runtime::daemonize;

#[daemonize(chdir: false, close_fd => true)]
fn main() {}
