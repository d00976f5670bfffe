//! What a PID file says about its daemon, and a supervisor about its body.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::manage::control::look::{Found, Running, find};
use crate::manage::control::output;
use crate::manage::control::unit::Unit;
use crate::resources::state_file;
use crate::resources::state_text::{Phase, State};
use crate::sys;

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
    let path = pid_file.as_ref();
    match find(path) {
        Found::Running(daemon) => of_running(&daemon, state_file::read(path)),
        Found::Starting => Status::Starting,
        Found::Dead(pid) => given_up(path, |state| pid == Some(state.supervisor), Status::Dead),
        Found::Nothing => given_up(path, |_| true, Status::NotRunning),
        Found::Unknown(doubt) => Status::Unknown(doubt.explain()),
    }
}

fn of_running(daemon: &Running, state: Option<State>) -> Status {
    let pid = daemon.process.pid;
    let since = daemon.since;
    let (output, unit) = (output::of(pid, 1), Unit::of(pid).map(|unit| unit.name));
    // What another daemon has left says nothing about this one.
    let state = state.filter(|state| state.supervisor == pid);
    let supervision = state.map(Supervision::from);
    match state.zip(supervision) {
        Some((State { phase: Phase::Restarting, next_start, .. }, supervision)) => {
            Status::Restarting { pid, since, next_start, output, unit, supervision }
        }
        Some((State { phase: Phase::GivenUp, .. }, supervision)) => Status::GivenUp { supervision },
        // The file names nobody before the first body is ready, and the supervisor learns of that a
        // moment later.
        Some((State { phase: Phase::Starting | Phase::Running, .. }, _)) | None => {
            let in_foreground = output::is_in_foreground(pid);
            Status::Running { pid, since, in_foreground, output, unit, supervision }
        }
    }
}

/// Whether nothing runs because it was given up, as a state file says that can be meant.
fn given_up(path: &Path, can_be_meant: impl Fn(&State) -> bool, otherwise: Status) -> Status {
    match state_file::read(path).filter(can_be_meant) {
        Some(state) if state.phase == Phase::GivenUp => {
            Status::GivenUp { supervision: state.into() }
        }
        _ => otherwise,
    }
}

impl From<State> for Supervision {
    fn from(State { body, restarts, last_end, .. }: State) -> Self {
        let last_end = last_end.map(|(end, at)| match end {
            sys::End::Exited(code) => (BodyEnd::Exited(code), at),
            sys::End::Killed(signal) => (BodyEnd::Killed(signal), at),
        });
        Self { body, restarts, last_end }
    }
}
