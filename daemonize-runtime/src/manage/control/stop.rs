//! How a daemon is ended.

use std::path::Path;
use std::time::Duration;
use std::{fmt, io};

use crate::error::Printable;
use crate::options::{STOP_TIMEOUT, SignalValue, StopSignal};

/// How to stop a daemon. Default: SIGTERM, and SIGKILL if it has not ended ten seconds later.
///
/// # Examples
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
    pub(super) timeout: Duration,
    /// SIGTERM, unless one was named.
    pub(super) signal: Option<StopSignal>,
}

impl Default for Stop {
    #[inline]
    fn default() -> Self {
        Self { timeout: STOP_TIMEOUT, signal: None }
    }
}

impl Stop {
    /// How long the daemon may take to end before it is killed. Default: 10 s. With 0 it is killed
    /// at once.
    ///
    /// The daemon's own [`stop_timeout`](crate::Daemon::stop_timeout) is not known from outside;
    /// only the word `stop` uses it. A supervisor gives its body this long, and is itself waited
    /// for a little longer.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use daemonize_runtime::control::Stop;
    ///
    /// let at_once = Stop::default().timeout(Duration::ZERO);
    /// ```
    #[inline]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// The signal that asks the daemon to end, by name as for
    /// [`stop_signal`](crate::Daemon::stop_signal). Default: `"TERM"`.
    ///
    /// # Examples
    ///
    /// ```
    /// use daemonize_runtime::control::Stop;
    ///
    /// let by_interrupt = Stop::default().signal("INT");
    /// ```
    #[inline]
    pub fn signal(mut self, name: &str) -> Self {
        self.signal = name.into_signal();
        self
    }
}

/// How [`stop`](fn@super::stop) ended a daemon.
///
/// # Examples
///
/// ```no_run
/// use daemonize_runtime::control::{Stop, Stopped, stop};
///
/// match stop("/run/bot.pid", Stop::default())? {
///     Stopped::Killed(_) => println!("it had to be killed"),
///     _ => println!("it does not run"),
/// }
/// # Ok::<(), daemonize_runtime::control::StopError>(())
/// ```
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

/// Who holds the lock on the PID file after the daemon has ended.
///
/// # Examples
///
/// ```no_run
/// use daemonize_runtime::control::{Lock, Stop, Stopped, stop};
///
/// if let Stopped::Ended(Lock::Left(Some(pid))) = stop("/run/bot.pid", Stop::default())? {
///     println!("process {pid} prevents the next start");
/// }
/// # Ok::<(), daemonize_runtime::control::StopError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Lock {
    /// Nobody, and the file is gone.
    Free,
    /// A new daemon, with this PID; `None` while it starts.
    New(Option<i32>),
    /// A process that the ended daemon has left, with this PID if it is known. A new daemon cannot
    /// start before it ends.
    Left(Option<i32>),
}

/// Why [`stop`](fn@super::stop) could not end a daemon.
///
/// # Examples
///
/// ```no_run
/// use daemonize_runtime::control::{Stop, StopError, stop};
///
/// if let Err(StopError::Refused(reason)) = stop("/run/bot.pid", Stop::default()) {
///     println!("{reason}: is it another user's?");
/// }
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum StopError {
    /// It is not certain which process to signal, for this reason. Nothing was signalled.
    Unknown(String),
    /// There is no signal of this name that could ask a daemon to end. Nothing was signalled.
    UnknownSignal(String),
    /// It was starting for the whole time limit. Nothing was signalled.
    StillStarting,
    /// The signal was refused.
    Refused(io::Error),
    /// It still runs, although SIGKILL was sent: in an uninterruptible wait, or as PID 1, which the
    /// kernel protects from the processes of its container.
    StillRunning,
}

impl fmt::Display for StopError {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown(why) => f.write_str(why),
            Self::UnknownSignal(name) => {
                write!(
                    f,
                    "`{}` is not a signal that asks a process to end",
                    Printable(Path::new(name))
                )
            }
            Self::StillStarting => f.write_str("it is still starting"),
            Self::Refused(_) => f.write_str("the signal was refused"),
            Self::StillRunning => f.write_str("it still runs, although SIGKILL was sent"),
        }
    }
}

impl std::error::Error for StopError {
    #[inline]
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Refused(reason) => Some(reason),
            _ => None,
        }
    }
}
