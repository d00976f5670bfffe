//! How a daemon is ended: the process that was signalled is waited for, by its handle, and no
//! other. Then the lock is looked at once.

use std::path::Path;
use std::thread::sleep;
use std::time::Duration;
use std::{fmt, io};

use nix::sys::signal::Signal;

use crate::error::Printable;
use crate::manage::control::look::{Found, Look, PAUSE, Running, SETTLING, find};
use crate::manage::control::process::{Process, find_holder};
use crate::options::{
    Ending, KERNEL_PATIENCE, Options, SUPERVISORS_SHARE, SignalValue, StopSignal,
};
use crate::resources::pid_file::Identity;
use crate::resources::pid_text::Text;
use crate::resources::state_file;
use crate::sys::Deadline;

/// How long it may take to end those that a killed process takes along, such as its body.
const COMPANY_PATIENCE: Duration = Duration::from_secs(1);

/// How to stop a daemon: by SIGTERM, and by SIGKILL when it has not ended ten seconds later, unless
/// said otherwise.
///
/// ```
/// use std::time::Duration;
/// use daemonize_runtime::control::Stop;
///
/// let patiently = Stop::default().timeout(Duration::from_secs(60));
/// ```
#[derive(Clone, Debug)]
#[must_use = "it says how, and stops nothing"]
pub struct Stop {
    timeout: Duration,
    signal: StopSignal,
}

impl Default for Stop {
    fn default() -> Self {
        Self::of(Options::default().ending())
    }
}

impl Stop {
    /// How long the daemon may take to end until it is killed. Default: 10 s. With 0 it is killed
    /// at once.
    ///
    /// It is the daemon's own [`stop_timeout`](crate::Daemon::stop_timeout) that the word `stop`
    /// uses; nobody knows it from outside. A supervisor gives its body so long, and is itself
    /// waited for a little longer.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// The signal that asks the daemon to end, by its name, as for
    /// [`stop_signal`](crate::Daemon::stop_signal). Default: `"TERM"`.
    pub fn signal(mut self, name: &str) -> Self {
        if let Some(signal) = name.into_signal() {
            self.signal = signal;
        }
        self
    }

    pub(crate) fn of(Ending { signal, timeout }: Ending) -> Self {
        Self { timeout, signal: StopSignal::Number(signal as i32) }
    }

    fn ending(self) -> Result<Ending, StopError> {
        let signal = match self.signal {
            StopSignal::Number(number) => Signal::try_from(number).map_err(|_| number.to_string()),
            StopSignal::Unknown(name) => Err(name),
        };
        let signal = signal.map_err(StopError::UnknownSignal)?;
        Ok(Ending { signal, timeout: self.timeout })
    }
}

/// How [`stop`] has ended a daemon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stopped {
    /// It ended when it was asked.
    Ended(Lock),
    /// It had to be killed.
    Killed(Lock),
    /// It was not running.
    WasNotRunning,
}

/// Who holds the lock on the PID file when the daemon has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Lock {
    /// Nobody, and the file is gone.
    Free,
    /// A new daemon, with this PID; `None` while it starts.
    New(Option<i32>),
    /// Something that the ended daemon has started or forked, with this PID if it can be found out.
    /// A new daemon cannot start before it ends.
    Left(Option<i32>),
}

/// Why [`stop`] could not end a daemon.
#[derive(Debug)]
#[non_exhaustive]
pub enum StopError {
    /// It is not certain which process it is, for this reason. Nothing was signalled.
    Unknown(String),
    /// There is no signal of this name that could ask a daemon to end. Nothing was signalled.
    UnknownSignal(String),
    /// It was starting for the whole time limit. Nothing was signalled.
    StillStarting,
    /// The signal was refused.
    Refused(io::Error),
    /// It still runs, although it was killed.
    StillRunning,
}

/// Ends the daemon of this PID file, and removes the file that it leaves. Returns when the process
/// is gone.
///
/// Only this process is waited for: what it has started may live on, and a new daemon may run by
/// then. What holds the lock afterwards is part of the answer.
///
/// # Errors
///
/// When it is not certain which process to signal, when the signal is refused, and when the process
/// outlives SIGKILL, as it may in an uninterruptible wait.
pub fn stop(pid_file: impl AsRef<Path>, how: Stop) -> Result<Stopped, StopError> {
    let path = pid_file.as_ref();
    let ending = how.ending()?;
    let deadline = Deadline::after(ending.timeout);
    loop {
        match find(path) {
            Found::Running(daemon) => {
                // Informative, as all in that file: it changes nobody whom to signal.
                let is_supervisor = state_file::read(path)
                    .is_some_and(|state| state.supervisor == daemon.process.pid);
                return if end(&daemon.process, ending, is_supervisor)? {
                    Ok(Stopped::Ended(lock_after(path, &daemon, SETTLING)))
                } else {
                    Ok(Stopped::Killed(lock_after(path, &daemon, COMPANY_PATIENCE)))
                };
            }
            Found::Starting if !deadline.has_passed() => {
                sleep(PAUSE);
            }
            Found::Starting => return Err(StopError::StillStarting),
            Found::Dead(_) => {
                if let Ok(look) = Look::at(path) {
                    look.remove_left(path);
                }
                return Ok(Stopped::WasNotRunning);
            }
            Found::Nothing => return Ok(Stopped::WasNotRunning),
            Found::Unknown(doubt) => return Err(StopError::Unknown(doubt.explain())),
        }
    }
}

/// Whether it ended when it was asked; otherwise it was killed. A supervisor gives its body the
/// time limit, which it is told, and has a little more itself.
fn end(process: &Process, ending: Ending, is_supervisor: bool) -> Result<bool, StopError> {
    let refused = |reason: nix::errno::Errno| StopError::Refused(reason.into());
    let Ending { signal, timeout } = ending;
    if is_supervisor {
        process.request(signal, timeout).map_err(refused)?;
        process.signal(Signal::SIGCONT).map_err(refused)?;
        if process.wait(timeout.saturating_add(SUPERVISORS_SHARE)) {
            return Ok(true);
        }
    } else if !timeout.is_zero() {
        process.signal(signal).map_err(refused)?;
        // One that is stopped must go on in order to end.
        process.signal(Signal::SIGCONT).map_err(refused)?;
        if process.wait(timeout) {
            return Ok(true);
        }
    }
    process.signal(Signal::SIGKILL).map_err(refused)?;
    if process.wait(KERNEL_PATIENCE) { Ok(false) } else { Err(StopError::StillRunning) }
}

/// What an ended daemon held, and who has it now. What ends together with the daemon has until
/// `patience` is over to do so.
fn lock_after(path: &Path, ended: &Running, patience: Duration) -> Lock {
    let settled_by = Deadline::after(patience);
    loop {
        let Ok(look) = Look::at(path) else { return Lock::Free };
        let Ok(true) = look.is_locked() else {
            look.remove_left(path);
            return Lock::Free;
        };
        match look.text {
            // Not marked as its own yet by a new daemon, or held by something that was left.
            Ok(Text::Pid(pid)) if pid == ended.process.pid && look.identity == ended.file => {
                if is_new(pid, look.identity) {
                    return Lock::New(Some(pid));
                }
                if settled_by.has_passed() {
                    return Lock::Left(find_holder(look.identity));
                }
                sleep(PAUSE);
            }
            Ok(Text::Pid(pid)) => return Lock::New(Some(pid)),
            _ => return Lock::New(None),
        }
    }
}

/// Whether a living process with the number of the one that has ended holds the file: numbers are
/// used again.
fn is_new(pid: i32, file: Identity) -> bool {
    cfg!(target_os = "linux")
        && Process::pin(pid).is_some_and(|process| process.holds(file) == Some(true))
}

impl fmt::Display for StopError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown(why) => f.write_str(why),
            Self::UnknownSignal(name) => {
                write!(f, "`{}` is no signal that asks to end", Printable(Path::new(name)))
            }
            Self::StillStarting => f.write_str("it is still starting"),
            Self::Refused(_) => f.write_str("it may not be signalled"),
            Self::StillRunning => f.write_str("it was killed and still runs"),
        }
    }
}

impl std::error::Error for StopError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Refused(reason) => Some(reason),
            _ => None,
        }
    }
}
