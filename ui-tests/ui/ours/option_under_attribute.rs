use daemonize_runtime::daemonize;

#[daemonize(
    /// Where it writes.
    redirect = "out.log",
    #[cfg(unix)]
    chdir = true,
    #[cfg(not(unix))]
    chdir = false,
    #[allow(clippy::unwrap_used)]
    umask = 0o27,
)]
fn main() {}
