//! How a daemon is.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::manage::control::answers;

/// What a PID file says about its daemon.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Status {
    /// Its start is under way. The file names nobody yet.
    Starting,
    /// It runs.
    #[non_exhaustive]
    Running {
        /// Its PID.
        pid: i32,
        /// When it wrote its PID.
        since: SystemTime,
        /// Whether it certainly runs in the foreground. `false` where nobody can tell.
        in_foreground: bool,
        /// Where its standard output goes, where this user may know: a path, or what the kernel
        /// calls a file without one, such as `pipe:[4711]`.
        output: Option<PathBuf>,
        /// The unit of systemd's that runs it, if one does.
        unit: Option<String>,
        /// With [`Daemon::restart`](crate::Daemon::restart).
        supervision: Option<Supervision>,
    },
    /// Its supervisor runs, and waits before it starts the next body.
    #[non_exhaustive]
    Restarting {
        /// The PID of the supervisor.
        pid: i32,
        /// When it wrote its PID.
        since: SystemTime,
        /// When the next body is started.
        next_start: Option<SystemTime>,
        /// As for [`Status::Running`].
        output: Option<PathBuf>,
        /// As for [`Status::Running`].
        unit: Option<String>,
        /// How it has gone so far.
        supervision: Supervision,
    },
    /// It does not run, since its supervisor has given up.
    #[non_exhaustive]
    GivenUp {
        /// How it went.
        supervision: Supervision,
    },
    /// It does not run, and has left its file.
    Dead,
    /// It does not run.
    NotRunning,
    /// Nothing certain can be said, for this reason.
    Unknown(String),
}

/// What a supervisor has told about its bot, in the file beside the PID file. Nothing guarantees
/// that it is still so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Supervision {
    /// The PID of the body, while there is one.
    pub body: Option<i32>,
    /// How often a body was started again.
    pub restarts: u64,
    /// How the last body ended, and when.
    pub last_end: Option<(BodyEnd, SystemTime)>,
}

/// How a body ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BodyEnd {
    /// By this exit code.
    Exited(i32),
    /// By the signal with this number.
    Killed(i32),
}

/// Says how the daemon of this PID file is. A relative path is resolved against the working
/// directory.
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
