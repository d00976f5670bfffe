//! What can go wrong, each with what its sentence needs.

use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{env, fmt, io};

use super::{ErrorKind, Holder, Printable, Seconds, Step};

pub(crate) enum Kind {
    /// The platform has no `fork`.
    #[cfg_attr(unix, expect(dead_code, reason = "made where there is no `fork`"))]
    Unsupported,
    /// An option for which the platform has nothing.
    #[cfg_attr(unix, expect(dead_code, reason = "made where there is no `fork`"))]
    UnsupportedOption(&'static str),
    /// Options that contradict each other.
    Contradiction(&'static str),
    /// An option whose path is empty.
    EmptyPath(&'static str),
    /// A umask with other bits than permissions.
    Umask(u32),
    /// A `restart` word that does not exist.
    UnknownPolicy(String),
    /// An option whose time limit is no time.
    TimeLimit(&'static str),
    /// A `stop_signal` that does not exist, or that asks nothing.
    UnknownSignal(String),
    /// A user or group that no database knows.
    Unknown(&'static str, String),
    /// A user id without an account, and nothing that says which group belongs to it.
    UserWithoutGroup(u32),
    /// Something that needs root.
    NotRoot(&'static str),
    /// A file that somebody else could have prepared for whoever opens it.
    Untrusted(PathBuf, &'static str),
    /// A descriptor of a directory leads out of the new root.
    OpenDirectory(i32),
    /// More than one thread; how many, where that can be found out.
    Threads(Option<u64>),
    /// Nobody can tell how many threads there are.
    UncountedThreads,
    /// With `restart`, a descriptor that is an event loop, and what kind of one.
    EventLoop(i32, &'static str),
    /// The operating system refused a step.
    Step(Step, Option<PathBuf>, io::Error),
    /// It refused a step with this file to the daemon's user.
    AsUser(Step, PathBuf, String, io::Error),
    /// Something else stands at `/dev/null`.
    FakeNull,
    /// A log or input file that is no regular file.
    NotAFile(PathBuf),
    /// A PID file that is not ours to write.
    ForeignPidFile(PathBuf, &'static str),
    /// Somebody else holds the PID file.
    AlreadyRunning(PathBuf, Holder),
    /// This process is the daemon already, or runs in the foreground.
    AlreadyStarted,
    /// The body ended before it was ready, by an exit code.
    ExitedEarly(i32),
    /// The body ended before it was ready, by a signal.
    KilledEarly(i32),
    /// The body was not ready within this time.
    NotReady(Duration),
    /// A process of the start is gone without having said why.
    Died,
}

/// A contradiction that is found by name, and by what is open.
pub(crate) const SAME_FILE: &str = "a log and the PID file are the same file";

/// What makes threads countable.
const MOUNT_PROC: &str =
    if cfg!(any(target_os = "linux", target_os = "android")) { "mount /proc, or " } else { "" };

const CHOOSE_PATH: &str = "choose a path that only root can change";
const LET_USER_OR_CHOOSE_PATH: &str =
    "; give this user the right, or choose a path that only root can change";

const MAKE_DIRECTORY: &str = "; make its directory, or set `create_dirs`";

/// The way out for a file that would be made. In a start directory that was deleted there is none.
fn where_directory_is_missing(step: Step, path: Option<&Path>, reason: &io::Error) -> &'static str {
    let has_directory =
        path.is_some_and(|path| path.as_os_str().as_encoded_bytes().contains(&b'/'));
    match step {
        Step::OpenLog | Step::OpenPidFile
            if has_directory && reason.kind() == io::ErrorKind::NotFound =>
        {
            MAKE_DIRECTORY
        }
        _ => "",
    }
}

impl Kind {
    /// The operating system's reason, and the way out of it.
    pub(super) fn reason(&self) -> Option<(&io::Error, &'static str)> {
        match self {
            Self::Step(step, subject, reason) => {
                Some((reason, where_directory_is_missing(*step, subject.as_deref(), reason)))
            }
            Self::AsUser(.., reason) if reason.kind() == io::ErrorKind::PermissionDenied => {
                Some((reason, LET_USER_OR_CHOOSE_PATH))
            }
            Self::AsUser(step, path, _, reason) => {
                Some((reason, where_directory_is_missing(*step, Some(path), reason)))
            }
            _ => None,
        }
    }

    /// What programs are told of it, and the exit code.
    pub(super) fn class(&self) -> (ErrorKind, u8) {
        match self {
            Self::Contradiction(_)
            | Self::EmptyPath(_)
            | Self::Umask(_)
            | Self::UnknownPolicy(_)
            | Self::TimeLimit(_)
            | Self::UnknownSignal(_)
            | Self::UserWithoutGroup(_) => (ErrorKind::InvalidOptions, 64),
            Self::Unknown(..) => (ErrorKind::UnknownAccount, 67),
            Self::Unsupported | Self::UnsupportedOption(_) => (ErrorKind::Unsupported, 69),
            Self::Threads(_) | Self::UncountedThreads => (ErrorKind::Threads, 70),
            Self::EventLoop(..) => (ErrorKind::EventLoop, 70),
            Self::AlreadyStarted => (ErrorKind::AlreadyStarted, 70),
            Self::NotReady(_) => (ErrorKind::NotReady, 70),
            Self::Died => (ErrorKind::System, 70),
            Self::ExitedEarly(0) => (ErrorKind::EndedEarly, 70),
            Self::ExitedEarly(code) => (ErrorKind::EndedEarly, u8::try_from(*code).unwrap_or(70)),
            Self::KilledEarly(signal) => {
                (ErrorKind::EndedEarly, u8::try_from(128 + signal).unwrap_or(70))
            }
            Self::FakeNull => (ErrorKind::File, 72),
            Self::NotAFile(_) | Self::Untrusted(..) => (ErrorKind::File, 73),
            Self::ForeignPidFile(..) => (ErrorKind::PidFile, 73),
            Self::AlreadyRunning(..) => (ErrorKind::AlreadyRunning, 75),
            Self::NotRoot(_) => (ErrorKind::NotRoot, 77),
            Self::OpenDirectory(_) => (ErrorKind::Directory, 78),
            Self::Step(step, ..) | Self::AsUser(step, ..) => (step.kind(), step.exit_code()),
        }
    }
}

/// The sentence, without the operating system's reason.
impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Kind::Unsupported => write!(f, "daemon mode is not supported on {}", system()),
            Kind::UnsupportedOption(option) => {
                write!(f, "cannot start: `{option}` is not supported on {}", system())
            }
            Kind::Contradiction(why) => write!(f, "cannot start: {why}"),
            Kind::EmptyPath(option) => write!(f, "cannot start: the path of `{option}` is empty"),
            Kind::Umask(mask) => {
                write!(f, "cannot start: the umask {mask:#o} has bits beyond 0o777")
            }
            Kind::UnknownPolicy(word) => write!(
                f,
                "cannot start: `restart` takes never, on-failure or always, not {}",
                Printable(Path::new(word))
            ),
            Kind::TimeLimit(option) => {
                write!(f, "cannot start: `{option}` takes a number of seconds from 0 up")
            }
            Kind::UnknownSignal(name) => write!(
                f,
                "cannot start: `stop_signal` takes a signal that asks a program to end, such as TERM, not {}",
                Printable(Path::new(name))
            ),
            Kind::Unknown(what, name) => {
                write!(f, "cannot start: there is no {what} {}", Printable(Path::new(name)))
            }
            Kind::UserWithoutGroup(id) => {
                write!(
                    f,
                    "cannot start: the user id {id} has no account, so its group is unknown; set `group`"
                )
            }
            Kind::NotRoot(what) => write!(f, "cannot start: only root can {what}"),
            Kind::Untrusted(path, why) => {
                let path = Printable(path);
                write!(f, "cannot open {path} with `user` or `group`: {why}; {CHOOSE_PATH}")
            }
            Kind::OpenDirectory(descriptor) => write!(
                f,
                "cannot change the root directory: descriptor {descriptor} is an open directory, which leads out of it; close it first"
            ),
            Kind::Threads(count) => {
                f.write_str("cannot start: ")?;
                match count {
                    Some(count) => write!(f, "{count} threads are running")?,
                    None => f.write_str("more than one thread is running")?,
                }
                f.write_str(
                    ", and only one survives the fork; the usual suspects are an allocator's background thread, a logger's writer and a configuration watcher; start the daemon before them, or vouch for them with `start_with_threads`",
                )
            }
            Kind::UncountedThreads => write!(
                f,
                "cannot start: the running threads cannot be counted, and only one survives the fork; {MOUNT_PROC}vouch for them with `start_with_threads`"
            ),
            Kind::EventLoop(descriptor, kind) => write!(
                f,
                "cannot start: descriptor {descriptor} is {kind} that is open already, and with `restart` every body would share it; build the runtime in the body"
            ),
            Kind::Step(step, None, _) => f.write_str(step.refusal()),
            Kind::Step(step, Some(subject), _) => {
                write!(f, "{} {}", step.refusal(), Printable(subject))
            }
            Kind::AsUser(step, path, user, _) => {
                write!(f, "{} {} as user {}", step.refusal(), Printable(path), Printable(user.as_ref()))
            }
            Kind::FakeNull => f.write_str("cannot open /dev/null: not the null device"),
            Kind::NotAFile(path) => {
                write!(f, "cannot open {}: not a regular file; pass an open file", Printable(path))
            }
            Kind::ForeignPidFile(path, why) => {
                write!(
                    f,
                    "cannot use the PID file {path}: {why}; set `pid_file` to another path, or remove it if nobody needs it",
                    path = Printable(path)
                )
            }
            Kind::AlreadyRunning(path, holder) => {
                write!(f, "cannot start: already {holder} ({}){}", Printable(path), holder.hint())
            }
            Kind::AlreadyStarted => f.write_str(
                "cannot start: this process has already started; a child that it forks may start again",
            ),
            Kind::ExitedEarly(code) => {
                write!(f, "cannot start: it ended with exit code {code} before it was ready")
            }
            Kind::KilledEarly(signal) => {
                write!(
                    f,
                    "cannot start: it was killed by signal {signal}{} before it was ready",
                    name_of(*signal)
                )
            }
            Kind::NotReady(limit) => {
                write!(f, "cannot start: it was not ready within {}", Seconds(*limit))
            }
            Kind::Died => f.write_str(
                "cannot start: a process of the start was killed before the daemon was set up",
            ),
        }
    }
}

/// What this platform is called. Some are a processor without a system.
pub(crate) fn system() -> &'static str {
    if env::consts::OS.is_empty() { env::consts::ARCH } else { env::consts::OS }
}

/// The signal's name in parentheses, where it has one.
#[cfg(unix)]
fn name_of(signal: i32) -> String {
    crate::sys::Signal::of(signal).map(|known| format!(" ({known})")).unwrap_or_default()
}

#[cfg(not(unix))]
fn name_of(_signal: i32) -> String {
    String::new()
}
