//! Why a start failed: one value, one sentence, one exit code.

mod date;
mod holder;
mod kind;
mod line;
mod step;

use std::fmt;

pub(crate) use date::{Seconds, utc};
pub(crate) use holder::Holder;
#[cfg(not(unix))]
pub(crate) use kind::system;
pub(crate) use kind::{Kind, SAME_FILE};
#[cfg(unix)]
pub(crate) use line::note;
pub(crate) use line::{Printable, program_name, say};
pub(crate) use step::{At, Step};

/// Why a start failed.
///
/// `Display` is the sentence without the operating system's reason, which is
/// [`source`](std::error::Error::source). `Debug` is the whole sentence, which the launcher prints
/// after the program's name, so `fn main() -> Result<(), Error>` prints it well.
///
/// # Examples
///
/// ```no_run
/// use daemonize_runtime::{Daemon, ErrorKind};
///
/// match Daemon::new().pid_file("bot.pid").start() {
///     Err(error) if error.kind() == ErrorKind::AlreadyRunning => println!("it is up"),
///     Err(error) => eprintln!("{error:?}"),
///     Ok(()) => loop { /* the body */ },
/// }
/// ```
pub struct Error {
    kind: Box<Kind>,
}

/// What kind of failure an [`Error`] is. More kinds may come.
///
/// # Examples
///
/// ```no_run
/// use daemonize_runtime::{Daemon, ErrorKind};
///
/// let started = Daemon::new().user("bot").start();
/// if started.is_err_and(|error| error.kind() == ErrorKind::NotRoot) {
///     println!("try sudo");
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The daemon is already running, or starting.
    AlreadyRunning,
    /// This process has already started.
    AlreadyStarted,
    /// The new root or the working directory cannot be entered.
    Directory,
    /// The body ended before it was ready.
    EndedEarly,
    /// With `restart`, an event loop is open, which the bodies would share.
    EventLoop,
    /// A log or input file, or `/dev/null`, cannot be opened.
    File,
    /// The options contradict each other, or a value makes no sense.
    InvalidOptions,
    /// The body was not ready within the time limit of `wait_ready`.
    NotReady,
    /// Only root may do what the options ask for.
    NotRoot,
    /// The PID file cannot be opened, locked or written, or is refused.
    PidFile,
    /// The operating system refused a process, a session, a change of ids or similar, or a process
    /// of the start was killed.
    System,
    /// There are several threads, or they cannot be counted.
    Threads,
    /// The user or the group does not exist.
    UnknownAccount,
    /// The platform has no `fork`, or lacks what an option needs.
    Unsupported,
}

impl Error {
    /// The exit code that belongs to the failure, from `sysexits(3)`:
    ///
    /// | code | the start failed because |
    /// |---|---|
    /// | 64 `EX_USAGE` | the options contradict each other, or a value makes no sense |
    /// | 67 `EX_NOUSER` | the user or the group does not exist |
    /// | 69 `EX_UNAVAILABLE` | the platform has no `fork`, or lacks what an option needs |
    /// | 70 `EX_SOFTWARE` | there are several threads or they cannot be counted, an event loop is open beside `restart`, this process has started before, a time limit has passed, or a process of the start was killed |
    /// | 71 `EX_OSERR` | the system refused a process, a session, a lock, a change of ids or similar |
    /// | 72 `EX_OSFILE` | `/dev/null` is missing or is something else |
    /// | 73 `EX_CANTCREAT` | a log, an input or the PID file cannot be opened, or is refused |
    /// | 74 `EX_IOERR` | the PID could not be written |
    /// | 75 `EX_TEMPFAIL` | the daemon is already running or starting; no other failure of a start has this code |
    /// | 77 `EX_NOPERM` | only root may do what the options ask for |
    /// | 78 `EX_CONFIG` | the root or working directory cannot be entered |
    ///
    /// With [`wait_ready`](crate::Daemon::wait_ready), a body that ends before it is ready passes
    /// its own code on: its exit code (70 instead of 0), which may be any of these, or 128 + n if
    /// signal n killed it. If `before` fails, the code is that of `main` or of the program.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use daemonize_runtime::Daemon;
    ///
    /// if let Err(error) = Daemon::new().start() {
    ///     eprintln!("bot: {error:?}");
    ///     std::process::exit(error.exit_code().into());
    /// }
    /// ```
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        self.kind.class().1
    }

    /// Whether the start failed because the daemon is already running or starting.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use daemonize_runtime::Daemon;
    ///
    /// let started = Daemon::new().start();
    /// if started.as_ref().is_err_and(|error| !error.is_already_running()) {
    ///     started?;
    /// }
    /// # Ok::<(), daemonize_runtime::Error>(())
    /// ```
    #[must_use]
    pub fn is_already_running(&self) -> bool {
        matches!(*self.kind, Kind::AlreadyRunning(..))
    }

    /// The PID of the daemon that is up, if the start failed because of it.
    #[cfg(unix)]
    pub(crate) fn running_pid(&self) -> Option<i32> {
        match &*self.kind {
            Kind::AlreadyRunning(_, Holder::Daemon(pid)) => Some(*pid),
            _ => None,
        }
    }

    /// What kind of failure it is, for programs that react to some of them.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use daemonize_runtime::{Daemon, ErrorKind};
    ///
    /// if let Err(error) = Daemon::new().pid_file("/run/bot.pid").start() {
    ///     match error.kind() {
    ///         ErrorKind::PidFile => eprintln!("{error:?}; is this bot meant to run as root?"),
    ///         _ => eprintln!("{error:?}"),
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.kind.class().0
    }

    /// Whether the PID file cannot be made for want of rights or of a directory, and not because of
    /// what stands in its place.
    #[cfg(unix)]
    pub(crate) fn is_pid_file_forbidden(&self) -> bool {
        use std::io::ErrorKind::{NotFound, PermissionDenied, ReadOnlyFilesystem};
        let Kind::Step(step, _, reason) = &*self.kind else { return false };
        matches!(step, Step::OpenPidFile | Step::FindStartDirectory)
            && matches!(reason.kind(), NotFound | PermissionDenied | ReadOnlyFilesystem)
    }

    /// What has failed, with its details.
    pub(crate) fn detail(&self) -> &Kind {
        &self.kind
    }

    /// Says the whole line on standard error, behind the program's name.
    pub(crate) fn report(&self) {
        say(format_args!("{self:?}"));
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(f)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind.reason() {
            Some((source, way_out)) => write!(f, "{self}: {source}{way_out}"),
            None => write!(f, "{self}"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.kind.reason().map(|(source, _)| source as _)
    }
}

impl From<Kind> for Error {
    #[cold]
    #[inline(never)]
    fn from(kind: Kind) -> Self {
        Self { kind: Box::new(kind) }
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;
    use std::io;
    use std::path::Path;

    use super::*;

    #[test]
    fn the_reason_is_the_source_and_stands_in_the_line_alone() {
        let refused = Err::<(), _>(io::Error::other("no paper"));
        let error = refused.at_path(Step::OpenLog, Path::new("a\nb")).expect_err("it is one");
        assert_eq!(error.to_string(), r"cannot open the log a\nb");
        assert_eq!(error.source().map(ToString::to_string).as_deref(), Some("no paper"));
        assert_eq!(format!("{error:?}"), r"cannot open the log a\nb: no paper");
        assert_eq!((error.kind(), error.exit_code()), (ErrorKind::File, 73));
    }

    #[test]
    fn a_program_that_locks_the_pid_file_itself_is_told_so() {
        let own = std::process::id().cast_signed();
        let said = |pid| Error::from(Kind::AlreadyRunning("bot.pid".into(), Holder::Daemon(pid)));
        assert_eq!(
            said(own).to_string(),
            format!(
                "cannot start: already running with PID {own} (bot.pid); this process has that PID: it has locked the file itself, or a daemon in another container has"
            )
        );
        let other = own + 1;
        assert_eq!(
            said(other).to_string(),
            format!("cannot start: already running with PID {other} (bot.pid)")
        );
    }
}
