//! Turns a process into what the daemon must be. The session leader does this to itself, and the
//! daemon inherits it. In the foreground the program does it to itself.

use std::env;
use std::path::Path;

use crate::error::{At, Step};
use crate::resources::made::Made;
use crate::resources::stream_file::Purpose;
use crate::resources::users_files;
use crate::start::failure::Failure;
use crate::start::plan::Plan;
use crate::sys::{self, Errno, Pid, errno_of, identity_of, retry_interrupted, setsid};

/// Starts a session that has no terminal. Verified, since a filter can make a system call succeed
/// without effect.
pub(crate) fn leave_session() -> Result<(), Failure> {
    // The new session has the number of this process, and nothing that pretends knows it.
    let leave = || if setsid()?.as_raw() > 0 { Ok(()) } else { Err(Errno::EPERM) };
    leave().map_err(|reason| Failure::Step(Step::LeaveSession, reason))
}

/// Everything but session and streams.
pub(crate) fn settle(plan: &mut Plan) -> Result<(), Failure> {
    if let Some(mask) = plan.umask {
        sys::set_umask(mask);
    }
    if let Some(rotation) = plan.parts.rotation.filter(|_| plan.streams.logs.is_some()) {
        (rotation.handle_hangup)();
    }
    plan.inherited.let_go().map_err(|reason| Failure::Step(Step::ReplaceInherited, reason))?;
    // An open directory would lead out of the new root.
    if let Some(pid_file) = &mut plan.pid_file {
        pid_file.leave_directory();
    }
    if let Some(state_file) = &mut plan.state_file {
        state_file.leave_directory();
    }
    if let Some(part) = plan.parts.new_root {
        (part.enter)(plan).map_err(|reason| Failure::Step(Step::ChangeRoot, reason))?;
    }
    if let (Some(privileges), Some(part)) = (&plan.privileges, plan.parts.accounts) {
        (part.assume)(privileges).map_err(|reason| Failure::Step(Step::DropPrivileges, reason))?;
        (part.open_the_rest)(plan)?;
    }
    // Afterwards: the daemon itself must be allowed to be there, and on some network file systems
    // root may less than the user.
    if let Some(directory) = &plan.working_directory {
        change_directory(directory)
            .map_err(|reason| Failure::Step(Step::ChangeDirectory, reason))?;
    }
    Ok(())
}

/// Enters the new root, if there is one.
#[inline]
pub(crate) fn enter_root(plan: &mut Plan) -> sys::Answer<()> {
    let Some(root) = &plan.root else { return Ok(()) };
    // What was made has other paths there, and open directories would lead out again.
    plan.made = Made::default();
    root.enter()
}

/// Opens what is left to the user that this process has become: the PID file first, so that a
/// second start touches nothing.
#[inline]
pub(crate) fn open_the_rest(plan: &mut Plan) -> Result<(), Failure> {
    let Plan { parts, users_pid_file, streams, made, .. } = plan;
    let make_parents = |path: &Path, name: &Path, made: &mut Made| match parts.directories {
        Some(part) => (part.make_parents)(path, made).at_path(Step::MakeDirectory, name),
        None => Ok(()),
    };
    if let Some(wanted) = users_pid_file {
        make_parents(&wanted.path, &wanted.name, made)
            .map_err(|error| Failure::of_pid_file(&error))?;
        match users_files::acquire_pid_file(&wanted.path, &wanted.name) {
            Ok(pid_file) => plan.pid_file = Some(pid_file),
            Err(error) if wanted.is_dispensable && error.is_pid_file_forbidden() => {}
            Err(error) => return Err(Failure::of_pid_file(&error)),
        }
    }
    let opened = streams.open_the_rest(|path, name, purpose| {
        if purpose == Purpose::Log {
            make_parents(path, name, made)?;
        }
        users_files::open_stream(path, name, purpose, made)
    });
    opened.map_err(|(stream, error)| Failure::of_stream(stream, &error))?;
    if let (Some(part), Some(_), Some(pid_file)) =
        (parts.supervision, users_pid_file, &plan.pid_file)
    {
        plan.state_file = (part.state_file)(pid_file, streams);
    }
    plan.streams.check_against(plan.pid_file.as_ref()).map_err(|_| Failure::SameFile)
}

/// Verified, for the same reason as the session. The root is asked for by name, which takes one
/// call; to compare two files takes two.
fn change_directory(directory: &Path) -> sys::Answer<()> {
    let identity = |path| sys::metadata(path).map(|there| identity_of(&there)).ok();
    let is_root = directory.as_os_str() == "/";
    // Before it changes what a relative path means.
    let wanted = if is_root { None } else { identity(directory) };
    retry_interrupted(|| env::set_current_dir(directory).map_err(errno_of))?;
    let is_there = if is_root {
        sys::is_in_root()
    } else {
        wanted.is_some() && identity(Path::new(".")) == wanted
    };
    if is_there { Ok(()) } else { Err(Errno::EPERM) }
}

/// The last step: until here a message reaches the terminal.
pub(crate) fn replace_streams(plan: &Plan) -> Result<(), Failure> {
    plan.streams.install().map_err(|reason| Failure::Step(Step::ReplaceStreams, reason))
}

/// Writes down who the daemon is.
pub(crate) fn record(plan: &Plan, daemon: Pid) -> Result<(), Failure> {
    let Some(pid_file) = &plan.pid_file else {
        return Ok(());
    };
    pid_file.write(daemon).map_err(|reason| Failure::Step(Step::WritePidFile, reason))
}
