//! What makes a process what the daemon shall be. The session leader does it, and the daemon
//! inherits all of it; in the foreground the program does it to itself.

use std::fs;
use std::path::Path;

use nix::errno::Errno;
use nix::unistd::{Pid, chdir, setsid};

use crate::error::Step;
use crate::resources::pid_file;
use crate::start::plan::Plan;
use crate::start::protocol::Failure;
use crate::sys::{self, retry_interrupted};

/// Starts a session that has no terminal. Verified, since a filter can make a system call succeed
/// without effect.
pub(crate) fn leave_session() -> Result<(), Failure> {
    // The new session has the number of this process, and nothing that pretends knows it.
    let leave = || if setsid()?.as_raw() > 0 { Ok(()) } else { Err(Errno::EPERM) };
    leave().map_err(|reason| Failure(Step::LeaveSession, reason))
}

/// Everything but session and streams. Allocates nothing, but for groups and very long paths: in
/// the session leader this runs between fork and report.
pub(crate) fn settle(plan: &Plan) -> Result<(), Failure> {
    if let Some(mask) = plan.umask {
        sys::set_umask(mask);
    }
    if let Some(rotation) = plan.parts.rotation.filter(|_| plan.streams.logs.is_some()) {
        (rotation.handle_hangup)();
    }
    plan.inherited.let_go().map_err(|reason| Failure(Step::ReplaceInherited, reason))?;
    if let (Some(root), Some(part)) = (&plan.root, plan.parts.new_root) {
        (part.enter)(root).map_err(|reason| Failure(Step::ChangeRoot, reason))?;
    }
    if let (Some(privileges), Some(part)) = (&plan.privileges, plan.parts.accounts) {
        (part.assume)(privileges).map_err(|reason| Failure(Step::DropPrivileges, reason))?;
    }
    // Afterwards: the daemon must be allowed to be there, and root is nobody on some network file
    // systems.
    if let Some(directory) = &plan.working_directory {
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
pub(crate) fn replace_streams(plan: &Plan) -> Result<(), Failure> {
    plan.streams.install().map_err(|reason| Failure(Step::ReplaceStreams, reason))
}

/// Writes down who the daemon is.
pub(crate) fn record(plan: &Plan, daemon: Pid) -> Result<(), Failure> {
    let Some(pid_file) = &plan.pid_file else {
        return Ok(());
    };
    pid_file.write(daemon).map_err(|reason| Failure(Step::WritePidFile, reason))
}
