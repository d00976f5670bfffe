//! What a PID file says about its daemon.

use std::path::Path;
use std::time::SystemTime;

use crate::manage::look::{Found, Running, find};

/// What a PID file says about its daemon.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Status {
    /// It runs.
    #[non_exhaustive]
    Running {
        /// Its PID.
        pid: i32,
        /// When it wrote its PID.
        since: SystemTime,
    },
    /// Its start is under way.
    Starting,
    /// It does not run, and has left its file.
    Dead,
    /// It does not run.
    NotRunning,
    /// Nothing certain can be said, for this reason.
    Unknown(String),
}

/// Says whether the daemon of this PID file runs. A relative path is relative to the working
/// directory.
#[must_use]
pub fn status(pid_file: impl AsRef<Path>) -> Status {
    match find(pid_file.as_ref()) {
        Found::Running(Running { process, since, .. }) => {
            Status::Running { pid: process.pid, since }
        }
        Found::Starting => Status::Starting,
        Found::Dead => Status::Dead,
        Found::Nothing => Status::NotRunning,
        Found::Unknown(doubt) => Status::Unknown(doubt.explain()),
    }
}
