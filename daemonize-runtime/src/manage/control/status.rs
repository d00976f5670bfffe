//! The state of a daemon.

use std::path::PathBuf;
use std::time::SystemTime;

/// What is known about the daemon of a PID file.
///
/// # Examples
///
/// ```no_run
/// use daemonize_runtime::control::{Status, status};
///
/// match status("/run/bot.pid") {
///     Status::Running { pid, .. } => println!("running, PID {pid}"),
///     Status::Starting | Status::Restarting { .. } => println!("wait a moment"),
///     Status::Unknown(why) => println!("unknown: {why}"),
///     _ => println!("not running"),
/// }
/// ```
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
        /// Whether it certainly runs in the foreground. `false` if that is unknown.
        in_foreground: bool,
        /// Where its standard output goes, if this user may know: a path, or what the kernel calls
        /// a file without one, such as `pipe:[4711]`.
        output: Option<PathBuf>,
        /// The systemd unit that runs it, if one does.
        unit: Option<String>,
        /// Its supervision, with [`Daemon::restart`](crate::Daemon::restart).
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
        /// What its supervisor has written.
        supervision: Supervision,
    },
    /// It does not run: its supervisor has given up.
    #[non_exhaustive]
    GivenUp {
        /// What its supervisor has written.
        supervision: Supervision,
    },
    /// It does not run, but has left its file.
    Dead,
    /// It does not run.
    NotRunning,
    /// Its state is unknown, for this reason.
    Unknown(String),
}

/// What a supervisor has written about its bot, in the file beside the PID file. It need not be up
/// to date.
///
/// # Examples
///
/// ```no_run
/// use daemonize_runtime::control::{Status, status};
///
/// if let Status::Running { supervision: Some(supervision), .. } = status("/run/bot.pid") {
///     println!("{} restarts", supervision.restarts);
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Supervision {
    /// The PID of the body, if there is one.
    pub body: Option<i32>,
    /// How many times the body was started again.
    pub restarts: u64,
    /// How the last body ended, and when.
    pub last_end: Option<(BodyEnd, SystemTime)>,
}

/// How a body ended.
///
/// # Examples
///
/// ```no_run
/// use daemonize_runtime::control::{BodyEnd, Status, status};
///
/// if let Status::GivenUp { supervision, .. } = status("/run/bot.pid") {
///     if let Some((BodyEnd::Killed(signal), _)) = supervision.last_end {
///         println!("signal {signal} killed it");
///     }
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BodyEnd {
    /// By this exit code.
    Exited(i32),
    /// By the signal with this number.
    Killed(i32),
}
