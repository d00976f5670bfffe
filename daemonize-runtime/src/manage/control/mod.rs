//! Is a daemon running, and how to stop it: given its PID file, from any process that may.
//!
//! The lock says whether it runs. The number is only a hint, and no signal is ever sent to it
//! before the process that has it is pinned, and proven to be the one that holds the lock.

#[cfg_attr(not(unix), path = "without_fork.rs")]
mod answers;
#[cfg(unix)]
pub(crate) mod look;
#[cfg(unix)]
pub(crate) mod output;
#[cfg(unix)]
mod process;
mod status;
mod stop;
#[cfg(unix)]
pub(crate) mod unit;

pub use crate::manage::control::status::{BodyEnd, Status, Supervision, status};
pub use crate::manage::control::stop::{Lock, Stop, StopError, Stopped, stop};
