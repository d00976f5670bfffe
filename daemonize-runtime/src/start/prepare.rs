//! The launcher's part: everything that can fail while its error can still reach the terminal.
//! Receives the options, hands on the plan.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::error::{At, Error, Step};
use crate::options::{self, Choice, Options, Policy, TimeLimit, Wait};
use crate::resources::inherited::Inherited;
use crate::resources::opener::{Opened, Opener};
use crate::resources::pid_file::PidFile;
use crate::resources::pid_lock::Wanted;
use crate::resources::privileges::Privileges;
use crate::resources::stream_file::open_null;
use crate::resources::streams::Streams;
use crate::run::started;
use crate::start::check;
use crate::start::environment::passed_descriptors;
use crate::start::parts::Parts;
use crate::start::plan::{Plan, UsersPidFile};
use crate::sys;
use crate::sys::proc::ProcSelf;

pub(crate) fn prepare(
    options: &Options,
    parts: Parts,
    detaches: bool,
    launcher_returns: bool,
    privileges: Option<Privileges>,
    proc_self: &ProcSelf,
) -> Result<Plan, Error> {
    let pid_file = options.pid_file.or(options::default_pid_file);
    check::check(options, pid_file.as_deref())?;
    let restart = options.restart.clone().filter(|plan| plan.policy != Policy::Never);
    let parts = Parts {
        supervision: parts.supervision.filter(|_| detaches && restart.is_some()),
        rotation: parts.rotation.filter(|_| options.reopen),
        readiness: parts.readiness.filter(|_| options.wait_ready != Wait::No),
        ..parts
    };
    let inherited = if options.close_inherited {
        Inherited::find(passed_descriptors(), &options.given_descriptors(), proc_self)?
    } else {
        Inherited::keep()
    };
    if let Some(part) = parts.supervision {
        (part.refuse_event_loops)(&inherited.descriptors, proc_self)?;
    }
    // The launcher's streams reach the body, if only for a time.
    let streams_stay = !detaches || !options.close_fd || parts.readiness.is_some();
    let root = match (&options.chroot, parts.new_root) {
        (Some(path), Some(part)) => {
            Some((part.find)(path, streams_stay, &inherited.descriptors, proc_self)?)
        }
        _ => None,
    };
    let mut files = {
        let opener = privileges
            .as_ref()
            .zip(parts.accounts)
            .map(|(privileges, part)| (part.opener)(privileges, options.chroot.as_deref()));
        let (pid_file, opener) = (pid_file.as_deref(), opener.as_deref());
        under_umask(options.umask, || open_files(options, parts, detaches, pid_file, opener))?
    };
    if let (Some(part), Some(pid_file)) = (parts.supervision, &mut files.pid_file) {
        (part.keep_state)(pid_file);
    }
    Ok(Plan {
        parts,
        umask: options.umask,
        inherited,
        root,
        privileges,
        working_directory: options.chdir.or(|| PathBuf::from("/")),
        streams: files.streams,
        pid_file: files.pid_file,
        users_pid_file: files.users_pid_file,
        launcher_returns,
        restart,
        ending: options.ending(),
        ready_limit: match options.wait_ready {
            Wait::AtMost(TimeLimit(limit)) => limit,
            Wait::Unlimited | Wait::No => None,
        },
    })
}

/// The files of the daemon, as far as the launcher can open them.
struct Files {
    streams: Streams,
    pid_file: Option<PidFile>,
    users_pid_file: Option<UsersPidFile>,
}

fn open_files(
    options: &Options,
    parts: Parts,
    detaches: bool,
    pid_file: Option<&Path>,
    opener: Option<&dyn Opener>,
) -> Result<Files, Error> {
    let null = open_null()?;
    started::leave_at_exit().at(Step::RegisterExit)?;
    // Before the logs, so that a second start touches nothing and says why.
    let is_dispensable = is_dispensable(options, detaches);
    let acquire = |name| acquire_pid_file(name, opener);
    let pid_file = match pid_file.map(acquire).transpose() {
        Err(error) if is_dispensable && error.is_pid_file_forbidden() => None,
        acquired => acquired?,
    };
    let (pid_file, users_pid_file) = match pid_file {
        Some((_, Opened::Now(pid_file))) => (Some(pid_file), None),
        Some((name, Opened::Later(path))) => {
            (None, Some(UsersPidFile { name: name.to_owned(), path, is_dispensable }))
        }
        None => (None, None),
    };
    let streams = if detaches && options.close_fd {
        Streams::open(options, null, opener)
    } else {
        Ok(Streams::keep())
    };
    let streams = streams.and_then(|streams| {
        streams.check_against(pid_file.as_ref())?;
        find_logs(options, parts, opener, streams)
    });
    match streams {
        Ok(streams) => Ok(Files { streams, pid_file, users_pid_file }),
        Err(error) => {
            pid_file.iter().for_each(PidFile::remove);
            Err(error)
        }
    }
}

fn acquire_pid_file<'a>(
    name: &'a Path,
    opener: Option<&dyn Opener>,
) -> Result<(&'a Path, Opened<PidFile>), Error> {
    let pid_file = match opener {
        Some(opener) => opener.pid_file(name)?,
        None => Opened::Now(PidFile::acquire(Wanted::by_its_user(name)?)?),
    };
    Ok((name, pid_file))
}

/// Whoever supervises this process knows it without a file that nobody has asked for.
fn is_dispensable(options: &Options, detaches: bool) -> bool {
    !detaches && options.when.is_none() && options.pid_file == Choice::Default
}

fn find_logs(
    options: &Options,
    parts: Parts,
    opener: Option<&dyn Opener>,
    mut streams: Streams,
) -> Result<Streams, Error> {
    if let Some(part) = parts.rotation {
        let logs = (part.find)(&streams.log_paths(), options.chroot.as_deref(), opener)?;
        streams.logs = Some(Arc::new(logs));
    }
    Ok(streams)
}

/// Makes files with the daemon's umask. The launcher's own comes back, in case that the start fails
/// and it goes on.
fn under_umask<T>(mask: Option<u32>, open: impl FnOnce() -> T) -> T {
    let old = mask.map(sys::set_umask);
    let files = open();
    if let Some(old) = old {
        sys::set_umask(old);
    }
    files
}
