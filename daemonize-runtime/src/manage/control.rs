//! Is a daemon running, and how to stop it: given its PID file, from any process that may.
//!
//! The lock says whether it runs. The number is only a hint, and no signal is ever sent to it
//! before the process that has it is pinned, and proven to be the one that holds the lock.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, SystemTime};

use nix::libc;
use nix::sys::signal::Signal;

use crate::manage::process::Process;
use crate::resources::pid_file::{Identity, identity};
use crate::resources::pid_text::{Text, read};
use crate::sys::Deadline;

/// How long to wait between two looks at something that gives no notice.
const PAUSE: Duration = Duration::from_millis(10);

/// How long a daemon that starts or ends may look odd.
const SETTLING: Duration = Duration::from_millis(200);

/// How long the kernel may take to end a process that was killed, and to free its lock.
const KERNEL_PATIENCE: Duration = Duration::from_secs(5);

/// What a PID file says about its daemon.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Status {
    /// It runs.
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

/// How [`stop`] has ended a daemon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stopped {
    /// It ended when it was asked.
    Ended,
    /// It had to be killed.
    Killed,
    /// It was not running.
    WasNotRunning,
}

/// Why [`stop`] could not end a daemon.
#[derive(Debug)]
#[non_exhaustive]
pub enum StopError {
    /// It is not certain which process it is, for this reason. Nothing was signalled.
    Unknown(String),
    /// The signal was refused.
    Refused(io::Error),
    /// It still runs, although it was killed.
    StillRunning,
}

/// Says whether the daemon of this PID file runs. A relative path is relative to the working
/// directory.
#[must_use]
pub fn status(pid_file: impl AsRef<Path>) -> Status {
    let path = pid_file.as_ref();
    let settled_by = Deadline::after(SETTLING);
    loop {
        let status = match Look::at(path) {
            Ok(look) => look.status(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Status::NotRunning,
            Err(error) => Status::Unknown(error.to_string()),
        };
        // Text, lock and process are looked at one after the other, and a daemon may start or end
        // in between. What does not fit together then does at the next look.
        if !matches!(status, Status::Unknown(_)) || settled_by.has_passed() {
            return status;
        }
        sleep(PAUSE);
    }
}

/// Ends the daemon of this PID file: by SIGTERM, and by SIGKILL when it has not ended after
/// `patience`. Returns when the process is gone and its lock is free, and removes the file that it
/// leaves.
///
/// # Errors
///
/// When it is not certain which process to signal, when the signal is refused, and when the process
/// outlives SIGKILL, as it may in an uninterruptible wait.
pub fn stop(pid_file: impl AsRef<Path>, patience: Duration) -> Result<Stopped, StopError> {
    let path = pid_file.as_ref();
    let deadline = Deadline::after(patience);
    loop {
        match status(path) {
            Status::Running { pid, .. } => {
                // Gone between look and hold: look again.
                let Some(process) = Process::pin(pid) else { continue };
                // The number is pinned now, so that what is proven of it stays true.
                if matches!(status(path), Status::Running { pid: again, .. } if again == pid) {
                    return end(path, &process, patience);
                }
            }
            Status::Starting if !deadline.has_passed() => sleep(PAUSE),
            Status::Starting => return Err(StopError::Unknown("its start takes too long".into())),
            Status::Dead => {
                remove_left(path);
                return Ok(Stopped::WasNotRunning);
            }
            Status::NotRunning => return Ok(Stopped::WasNotRunning),
            Status::Unknown(why) => return Err(StopError::Unknown(why)),
        }
    }
}

fn end(path: &Path, process: &Process, patience: Duration) -> Result<Stopped, StopError> {
    let refused = |reason: nix::errno::Errno| StopError::Refused(reason.into());
    process.signal(Signal::SIGTERM).map_err(refused)?;
    // One that is stopped must go on in order to end.
    process.signal(Signal::SIGCONT).map_err(refused)?;
    let mut stopped = Stopped::Ended;
    if !process.wait(patience) {
        process.signal(Signal::SIGKILL).map_err(refused)?;
        stopped = Stopped::Killed;
        if !process.wait(KERNEL_PATIENCE) {
            return Err(StopError::StillRunning);
        }
    }
    // Children of the daemon may hold the lock a little longer, such as the body under a
    // supervisor.
    let deadline = Deadline::after(KERNEL_PATIENCE);
    while matches!(status(path), Status::Running { .. } | Status::Starting | Status::Unknown(_)) {
        if deadline.has_passed() {
            return Err(StopError::StillRunning);
        }
        sleep(PAUSE);
    }
    remove_left(path);
    Ok(stopped)
}

/// Removes a file that a dead daemon left, unless somebody has taken it over meanwhile.
fn remove_left(path: &Path) {
    if let Ok(look) = Look::at(path)
        && look.file.try_lock().is_ok()
        && !matches!(look.text, Ok(Text::Foreign) | Err(_))
        && fs::symlink_metadata(path).is_ok_and(|there| identity(&there) == look.identity)
    {
        let _ = fs::remove_file(path);
    }
}

/// One look at a PID file.
struct Look {
    file: File,
    identity: Identity,
    owner: u32,
    written: SystemTime,
    text: io::Result<Text>,
}

impl Look {
    fn at(path: &Path) -> io::Result<Self> {
        let flags = libc::O_NOFOLLOW | libc::O_NONBLOCK | libc::O_NOCTTY;
        let file = OpenOptions::new().read(true).custom_flags(flags).open(path)?;
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Err(io::Error::other("not a regular file"));
        }
        let written = metadata.modified()?;
        Ok(Self {
            identity: identity(&metadata),
            owner: metadata.uid(),
            written,
            text: read(&file),
            file,
        })
    }

    fn status(&self) -> Status {
        let unknown = |why: &str| Status::Unknown(why.to_owned());
        let pid = match &self.text {
            Ok(Text::Pid(pid)) => Some(*pid),
            Ok(Text::NoPid) => None,
            Ok(Text::Foreign) => return unknown("it holds something other than a PID"),
            Err(error) => return Status::Unknown(error.to_string()),
        };
        match self.file.try_lock_shared() {
            Ok(()) => {
                // Given back at once, so that a start which looks now is not held up.
                let _ = self.file.unlock();
                return Status::Dead;
            }
            Err(fs::TryLockError::WouldBlock) => {}
            Err(fs::TryLockError::Error(error)) => return Status::Unknown(error.to_string()),
        }
        let Some(pid) = pid else { return Status::Starting };
        // The first process of a container names itself; anywhere else a 1 is no daemon of ours,
        // and is not attested.
        let Some(process) = Process::pin(pid) else {
            return unknown("its lock is held by a process that it does not name");
        };
        match process.holds(self.identity) {
            Some(true) if process.belongs_to(self.owner) => {
                Status::Running { pid, since: self.written }
            }
            Some(true) => {
                unknown("it belongs to another user than the process that holds its lock")
            }
            Some(false) => unknown("its lock is held by a process that it does not name"),
            None => unknown("it belongs to another user; only root can tell"),
        }
    }
}

impl fmt::Display for StopError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown(why) => f.write_str(why),
            Self::Refused(reason) => write!(f, "cannot signal it: {reason}"),
            Self::StillRunning => f.write_str("it was killed and still runs"),
        }
    }
}

impl std::error::Error for StopError {}
