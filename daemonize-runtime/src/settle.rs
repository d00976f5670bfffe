//! What makes a process what the daemon shall be. The session leader does it, and the daemon
//! inherits all of it; in the foreground the program does it to itself.

use std::path::Path;
use std::{fs, io, mem};

use nix::errno::Errno;
use nix::unistd::{Pid, chdir, setsid};

use crate::error::{Error, Kind, Step};
use crate::prepare::Prepared;
use crate::ready::Change;
use crate::resources::pid_file;
use crate::resources::streams::Streams;
use crate::sys::{self, retry_interrupted};

/// A step that failed, and the operating system's reason: small enough to be reported from process
/// to process, since the launcher knows the names.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Failure(pub(crate) Step, pub(crate) Errno);

/// Starts a session that has no terminal. Verified, since a filter can make a system call succeed
/// without effect.
pub(crate) fn leave_session() -> Result<(), Failure> {
    // The new session has the number of this process, and nothing that pretends knows it.
    let leave = || if setsid()?.as_raw() > 0 { Ok(()) } else { Err(Errno::EPERM) };
    leave().map_err(|reason| Failure(Step::LeaveSession, reason))
}

/// Everything but session and streams. Allocates nothing, but for groups and very long paths: in
/// the session leader this runs between fork and report.
pub(crate) fn settle(prepared: &Prepared) -> Result<(), Failure> {
    if let Some(mask) = prepared.umask {
        sys::set_umask(mask);
    }
    prepared.signals.reset();
    if let Some(logs) = &prepared.logs {
        logs.handle_hangup();
    }
    sys::close_all(&prepared.inherited_descriptors);
    if let Some(root) = &prepared.root {
        (root.enter)(root).map_err(|reason| Failure(Step::ChangeRoot, reason))?;
    }
    if let Some(privileges) = &prepared.privileges {
        (privileges.assume)(privileges).map_err(|reason| Failure(Step::DropPrivileges, reason))?;
    }
    // Afterwards: the daemon must be allowed to be there, and root is nobody on some network file
    // systems.
    if let Some(directory) = &prepared.working_directory {
        change_directory(directory).map_err(|reason| Failure(Step::ChangeDirectory, reason))?;
    }
    Ok(())
}

/// Verified, for the same reason as the session. The root is asked for by name, which takes one
/// call; to compare two files takes two.
fn change_directory(directory: &Path) -> nix::Result<()> {
    let identity = |path: &Path| fs::metadata(path).map(|there| pid_file::identity(&there)).ok();
    let is_root = directory.as_os_str() == "/";
    // Before it changes what a relative path means.
    let wanted = if is_root { None } else { identity(directory) };
    retry_interrupted(|| chdir(directory))?;
    let is_there = if is_root {
        sys::is_in_root()
    } else {
        wanted.is_some() && identity(Path::new(".")) == wanted
    };
    if is_there { Ok(()) } else { Err(Errno::EPERM) }
}

/// The last step, so that until here a message would still find the terminal.
pub(crate) fn replace_streams(prepared: &mut Prepared) -> Result<(), Failure> {
    let streams = mem::replace(&mut prepared.streams, Streams::keep());
    Change { streams, logs: prepared.logs.take() }
        .apply()
        .map_err(|reason| Failure(Step::ReplaceStreams, reason))
}

/// Writes down who the daemon is.
pub(crate) fn record(prepared: &Prepared, daemon: Pid) -> Result<(), Failure> {
    let Some(pid_file) = &prepared.pid_file else {
        return Ok(());
    };
    pid_file.write(daemon).map_err(|reason| Failure(Step::WritePidFile, reason))
}

impl Failure {
    /// The length of a report.
    pub(crate) const LENGTH: usize = 5;

    pub(crate) fn to_bytes(self) -> [u8; Self::LENGTH] {
        let [a, b, c, d] = (self.1 as i32).to_ne_bytes();
        [self.0 as u8, a, b, c, d]
    }

    pub(crate) fn from_bytes([step, a, b, c, d]: [u8; Self::LENGTH]) -> Option<Self> {
        let step = Step::from_number(step)?;
        Some(Self(step, Errno::from_raw(i32::from_ne_bytes([a, b, c, d]))))
    }

    /// Adds the names.
    pub(crate) fn into_error(self, prepared: &Prepared) -> Error {
        let Self(step, reason) = self;
        let subject = match step {
            Step::ChangeRoot => prepared.root.as_ref().map(|root| root.path.clone()),
            Step::ChangeDirectory => prepared.working_directory.clone(),
            Step::WritePidFile => prepared.pid_file.as_ref().map(|file| file.name.clone()),
            _ => None,
        };
        Kind::Step(step, subject, io::Error::from(reason)).into()
    }
}
