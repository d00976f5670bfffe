//! In which process a start has returned.

/// Where [`Daemon::start_and_return`](crate::Daemon::start_and_return) has returned: it does so
/// twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// In the process that has called it. The daemon is up, recorded and locked.
    Launcher {
        /// The daemon's PID.
        daemon: i32,
    },
    /// In the daemon, or in the program that stays in the foreground.
    Daemon,
}
