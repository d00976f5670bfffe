//! A running daemon from outside, by its PID file: its status, and how to stop it.
//!
//! The lock says whether the daemon runs; the number is only a hint. On Linux, no signal is sent to
//! a process before it is pinned and proven to hold the lock.
//!
//! # Examples
//!
//! ```no_run
//! use daemonize_runtime::control::{Status, Stop, status, stop};
//!
//! if let Status::Running { pid, .. } = status("/run/bot.pid") {
//!     println!("stopping PID {pid}");
//!     stop("/run/bot.pid", Stop::default())?;
//! }
//! # Ok::<(), daemonize_runtime::control::StopError>(())
//! ```

#[cfg_attr(not(unix), path = "without_fork.rs")]
mod answers;
#[cfg(unix)]
pub(crate) mod look;
#[cfg(unix)]
pub(crate) mod output;
#[cfg(unix)]
pub(crate) mod process;
mod status;
mod stop;
#[cfg(unix)]
pub(crate) mod unit;

use std::path::Path;

pub use crate::manage::control::status::{BodyEnd, Status, Supervision};
pub use crate::manage::control::stop::{Lock, Stop, StopError, Stopped};

/// Looks at the daemon of this PID file. A relative path is resolved against the current directory.
///
/// # Examples
///
/// ```no_run
/// use daemonize_runtime::control::{Status, status};
///
/// if let Status::Running { pid, .. } = status("/run/bot.pid") {
///     println!("running, PID {pid}");
/// }
/// ```
#[must_use]
pub fn status(pid_file: impl AsRef<Path>) -> Status {
    answers::status(pid_file.as_ref())
}

/// Ends the daemon of this PID file, and removes the file that it leaves. Returns when the process
/// is gone.
///
/// It waits for this process alone. What the daemon has started may live on, and a new daemon may
/// run by then: the answer says who holds the lock.
///
/// # Errors
///
/// Returns a [`StopError`] if it is not certain which process to signal, if the daemon does not
/// come up within the time limit, if the signal has a wrong name or is refused, or if the process
/// outlives SIGKILL, as it may in an uninterruptible wait and as PID 1.
///
/// # Examples
///
/// ```no_run
/// use daemonize_runtime::control::{Stop, Stopped, stop};
///
/// if stop("/run/bot.pid", Stop::default())? == Stopped::WasNotRunning {
///     println!("nothing to do");
/// }
/// # Ok::<(), daemonize_runtime::control::StopError>(())
/// ```
pub fn stop(pid_file: impl AsRef<Path>, how: Stop) -> Result<Stopped, StopError> {
    answers::stop(pid_file.as_ref(), how)
}
