//! Why a start failed: one value, one sentence, one exit code.

mod step;

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::{env, fmt};

pub(crate) use step::{At, Step};

/// Why a start failed. Its `Display` is the sentence that the user sees, without the program's
/// name.
///
/// `Debug` is the same sentence, so that `fn main() -> Result<(), Error>` prints it well.
pub struct Error {
    kind: Box<Kind>,
}

/// The kinds of failure, each with what its sentence needs.
pub(crate) enum Kind {
    /// The platform has no `fork`.
    #[cfg_attr(unix, expect(dead_code, reason = "made where there is no `fork`"))]
    Unsupported,
    /// Options that contradict each other.
    Contradiction(&'static str),
    /// An option whose path is empty.
    EmptyPath(&'static str),
    /// A umask with other bits than permissions.
    Umask(u32),
    /// A `restart` word that does not exist.
    UnknownPolicy(String),
    /// A user or group that no database knows.
    Unknown(&'static str, String),
    /// A user id without an account, and nothing that says which group belongs to it.
    UserWithoutGroup(u32),
    /// Something that needs root.
    NotRoot(&'static str),
    /// A log file that somebody else could exchange while root opens it.
    Untrusted(PathBuf, &'static str),
    /// A descriptor of a directory leads out of the new root.
    OpenDirectory(i32),
    /// More than one thread; how many, where that can be found out.
    Threads(Option<u64>),
    /// The operating system refused a step.
    Step(Step, Option<PathBuf>, io::Error),
    /// Something else stands at `/dev/null`.
    FakeNull,
    /// A log or input file that is no regular file.
    NotAFile(PathBuf),
    /// A PID file that is not ours to write.
    ForeignPidFile(PathBuf, &'static str),
    /// Another daemon holds the PID file; its PID, unless it is still starting.
    AlreadyRunning(PathBuf, Option<i32>),
    /// The body ended before it was ready, by an exit code.
    ExitedEarly(i32),
    /// The body ended before it was ready, by a signal.
    KilledEarly(i32),
    /// A process of the start is gone without having said why.
    Died,
}

impl Error {
    /// The exit code that belongs to the failure, from `sysexits(3)`:
    ///
    /// | code | the start failed because |
    /// |---|---|
    /// | 64 `EX_USAGE` | the options contradict each other, or a value makes no sense |
    /// | 67 `EX_NOUSER` | the user or the group does not exist |
    /// | 69 `EX_UNAVAILABLE` | the platform has no daemons |
    /// | 70 `EX_SOFTWARE` | more than one thread was running, or a process of the start was killed |
    /// | 71 `EX_OSERR` | the system refused a process, a session, a lock, a change of ids or the like |
    /// | 72 `EX_OSFILE` | `/dev/null` is missing or something else |
    /// | 73 `EX_CANTCREAT` | a log file or the PID file cannot be opened, or is not ours to write |
    /// | 74 `EX_IOERR` | the PID could not be written |
    /// | 75 `EX_TEMPFAIL` | it is already running; no other failure of a start has this code |
    /// | 77 `EX_NOPERM` | only root may do what the options ask for |
    /// | 78 `EX_CONFIG` | the root or working directory cannot be entered |
    ///
    /// With [`wait_ready`](crate::Daemon::wait_ready), a body that ends before it is ready hands
    /// its own code on: its exit code (70 in place of 0), which may be any of these, or 128 + n
    /// when signal n has killed it. What `before` refuses has the code that `main` or the program
    /// gives it.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match &*self.kind {
            Kind::Contradiction(_)
            | Kind::EmptyPath(_)
            | Kind::Umask(_)
            | Kind::UnknownPolicy(_)
            | Kind::UserWithoutGroup(_) => 64,
            Kind::Unknown(..) => 67,
            Kind::Unsupported => 69,
            Kind::Threads(_) | Kind::Died | Kind::ExitedEarly(0) => 70,
            Kind::ExitedEarly(code) => u8::try_from(*code).unwrap_or(70),
            Kind::KilledEarly(signal) => u8::try_from(128 + signal).unwrap_or(70),
            Kind::FakeNull => 72,
            Kind::NotAFile(_) | Kind::ForeignPidFile(..) | Kind::Untrusted(..) => 73,
            Kind::AlreadyRunning(..) => 75,
            Kind::NotRoot(_) => 77,
            Kind::OpenDirectory(_) => 78,
            Kind::Step(step, ..) => step.exit_code(),
        }
    }

    /// Whether the start failed because the daemon runs already.
    #[must_use]
    pub fn is_already_running(&self) -> bool {
        matches!(*self.kind, Kind::AlreadyRunning(..))
    }

    /// Says the sentence on standard error, behind the program's name.
    pub(crate) fn report(&self) {
        say(&self.to_string());
    }
}

/// Writes one line to standard error, behind the program's name.
pub(crate) fn say(text: &str) {
    let program = program_name().unwrap_or_else(|| "daemon".into());
    let line = format!("{}: {text}\n", Printable(&program));
    // Nobody is left to be told when standard error is closed or full.
    let _ = io::stderr().write_all(line.as_bytes());
}

/// The file name of `argv[0]`; of the executable where that is empty.
pub(crate) fn program_name() -> Option<PathBuf> {
    let invoked = env::args_os().next().map(PathBuf::from);
    let name = |path: PathBuf| path.file_name().map(PathBuf::from);
    invoked.and_then(name).or_else(|| env::current_exe().ok().and_then(name))
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.kind {
            Kind::Unsupported => {
                // Some platforms are a processor without a system.
                let system =
                    if env::consts::OS.is_empty() { env::consts::ARCH } else { env::consts::OS };
                write!(f, "daemon mode is not supported on {system}")
            }
            Kind::Contradiction(why) => write!(f, "cannot start: {why}"),
            Kind::EmptyPath(option) => write!(f, "cannot start: the path of `{option}` is empty"),
            Kind::Umask(mask) => {
                write!(f, "cannot start: the umask {mask:#o} has bits beyond 0o777")
            }
            Kind::UnknownPolicy(word) => write!(
                f,
                "cannot start: `restart` is never, on-failure or always, and not {}",
                Printable(Path::new(word))
            ),
            Kind::Unknown(what, name) => {
                write!(f, "cannot start: there is no {what} {}", Printable(Path::new(name)))
            }
            Kind::UserWithoutGroup(id) => {
                write!(
                    f,
                    "cannot start: the user id {id} has no account that names its group; set `group`"
                )
            }
            Kind::NotRoot(what) => write!(f, "cannot start: only root can {what}"),
            Kind::Untrusted(path, why) => {
                write!(f, "cannot open {} as root for another user: {why}", Printable(path))
            }
            Kind::OpenDirectory(descriptor) => write!(
                f,
                "cannot change the root directory: descriptor {descriptor} is an open directory, which leads out of it"
            ),
            Kind::Threads(count) => {
                f.write_str("cannot start: ")?;
                match count {
                    Some(count) => write!(f, "{count} threads are running")?,
                    None => f.write_str("more than one thread is running")?,
                }
                f.write_str(", and only one survives the fork; start the daemon before the first thread and runtime")
            }
            Kind::Step(step, None, source) => write!(f, "{}: {source}", step.refusal()),
            Kind::Step(step, Some(subject), source) => {
                write!(f, "{} {}: {source}", step.refusal(), Printable(subject))
            }
            Kind::FakeNull => f.write_str("cannot open /dev/null: not the null device"),
            Kind::NotAFile(path) => {
                write!(f, "cannot open {}: not a regular file", Printable(path))
            }
            Kind::ForeignPidFile(path, why) => {
                write!(
                    f,
                    "cannot use the PID file {path}: {why}; set `pid_file` to another path, or remove it if nobody needs it",
                    path = Printable(path)
                )
            }
            Kind::AlreadyRunning(path, Some(pid)) => {
                write!(f, "cannot start: already running with PID {pid} ({})", Printable(path))
            }
            Kind::AlreadyRunning(path, None) => {
                write!(f, "cannot start: already running, or about to ({})", Printable(path))
            }
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
            Kind::Died => f.write_str(
                "cannot start: a process of the start was killed before the daemon was set up",
            ),
        }
    }
}

/// The signal's name in parentheses, where it has one.
#[cfg(unix)]
fn name_of(signal: i32) -> String {
    nix::sys::signal::Signal::try_from(signal)
        .map(|known| format!(" ({known})"))
        .unwrap_or_default()
}

#[cfg(not(unix))]
fn name_of(_signal: i32) -> String {
    String::new()
}

/// A path on one line: control characters are escaped, so that no name can forge or hide a message.
struct Printable<'a>(&'a Path);

impl fmt::Display for Printable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.to_string_lossy().chars() {
            if character.is_control() {
                write!(f, "{}", character.escape_default())?;
            } else {
                write!(f, "{character}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &*self.kind {
            Kind::Step(.., source) => Some(source),
            _ => None,
        }
    }
}

impl From<Kind> for Error {
    #[cold]
    #[inline(never)]
    fn from(kind: Kind) -> Self {
        Self { kind: Box::new(kind) }
    }
}
