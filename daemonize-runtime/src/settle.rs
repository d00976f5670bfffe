//! The session leader's part: makes of itself what the daemon shall be, which then inherits all of it.

use nix::errno::Errno;
use nix::unistd::{chdir, getpid, setsid};

use crate::prepare::Prepared;
use crate::sys;

/// A step that can fail here. As a number it fits the report to the launcher, which knows the paths.
#[derive(Clone, Copy, Debug)]
#[repr(u8)]
pub(crate) enum Stage {
    LeaveSession,
    ChangeDirectory,
    ReplaceStreams,
    Fork,
    WritePidFile,
}

/// What failed, and the operating system's reason.
pub(crate) type Failure = (Stage, Errno);

/// Allocates nothing and reads nothing but `prepared`: this runs between fork and report.
pub(crate) fn settle(prepared: &Prepared) -> Result<(), Failure> {
    leave_session().map_err(|reason| (Stage::LeaveSession, reason))?;
    prepared.signals.reset();
    for &descriptor in &prepared.inherited_descriptors {
        sys::close(descriptor);
    }
    if let Some(directory) = &prepared.working_directory {
        chdir(directory).map_err(|reason| (Stage::ChangeDirectory, reason))?;
    }
    // Last, so that until here a message would still find the terminal.
    prepared.streams.install().map_err(|reason| (Stage::ReplaceStreams, reason))
}

/// Starts a session that has no terminal. Verified, since a filter can make a system call succeed without effect.
fn leave_session() -> Result<(), Errno> {
    if setsid()? == getpid() { Ok(()) } else { Err(Errno::EPERM) }
}
