//! In which process a start has returned.

/// Where [`Daemon::start_and_return`](crate::Daemon::start_and_return) has returned. It returns
/// twice.
///
/// # Examples
///
/// ```no_run
/// use daemonize_runtime::{Daemon, Side};
///
/// if let Side::Launcher { daemon } = Daemon::new().start_and_return()? {
///     println!("started, PID {daemon}");
/// }
/// # Ok::<(), daemonize_runtime::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// In the process that called it. The daemon is up, recorded and locked.
    Launcher {
        /// The daemon's PID.
        daemon: i32,
    },
    /// In the daemon, or in the program that stays in the foreground.
    Daemon,
}
