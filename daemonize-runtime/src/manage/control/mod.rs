//! A running daemon from outside, by its PID file: its status, and how to stop it.
//!
//! The lock says whether the daemon runs; the number is only a hint. No signal is sent to a process
//! before it is pinned and proven to hold the lock.
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

pub use crate::manage::control::status::{BodyEnd, Status, Supervision, status};
pub use crate::manage::control::stop::{Lock, Stop, StopError, Stopped, stop};
