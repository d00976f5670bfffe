use daemonize_runtime::daemonize;

#[daemonize(
    stderr = "errors.log",
    redirect = "out.log",
)]
fn main() {}
