//! The launcher's part: everything that can fail while its error can still reach the terminal.
//! Receives the options, hands on the plan.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::error::{At, Error, Kind, Step};
use crate::options::{self, Choice, Options, Policy, Restart, StopSignal, TimeLimit, Wait};
use crate::resources::inherited::Inherited;
use crate::resources::pid_file::PidFile;
use crate::resources::privileges::Privileges;
use crate::resources::streams::{self, Streams};
use crate::run::started;
use crate::start::environment::passed_descriptors;
use crate::start::parts::Parts;
use crate::start::plan::Plan;
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
    check_options(options, pid_file.as_deref())?;
    let restart = options.restart.clone().filter(|plan| plan.policy != Policy::Never);
    let parts = Parts {
        supervision: parts.supervision.filter(|_| detaches && restart.is_some()),
        rotation: parts.rotation.filter(|_| options.reopen),
        readiness: parts.readiness.filter(|_| options.wait_ready != Wait::No),
        ..parts
    };
    let inherited = if options.close_inherited {
        Inherited::find(passed_descriptors(), proc_self)?
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
    let open = || open_files(options, parts, detaches, pid_file.as_deref(), privileges.as_ref());
    let (streams, mut pid_file) = under_umask(options.umask, open)?;
    if let (Some(part), Some(pid_file)) = (parts.supervision, &mut pid_file) {
        (part.keep_state)(pid_file);
    }
    Ok(Plan {
        parts,
        umask: options.umask,
        inherited,
        root,
        privileges,
        working_directory: options.chdir.or(|| PathBuf::from("/")),
        streams: Arc::new(streams),
        pid_file,
        launcher_returns,
        restart,
        ending: options.ending(),
        ready_limit: match options.wait_ready {
            Wait::AtMost(TimeLimit(limit)) => limit,
            Wait::Unlimited | Wait::No => None,
        },
    })
}

fn open_files(
    options: &Options,
    parts: Parts,
    detaches: bool,
    pid_file: Option<&Path>,
    privileges: Option<&Privileges>,
) -> Result<(Streams, Option<PidFile>), Error> {
    let null = streams::open_null()?;
    started::leave_at_exit().at(Step::RegisterExit)?;
    // Before the logs, so that a second start touches nothing and says why.
    let pid_file = match pid_file.map(|path| PidFile::acquire(path, privileges)).transpose() {
        Err(error) if does_without_pid_file(options, detaches, &error) => None,
        acquired => acquired?,
    };
    let streams = if detaches && options.close_fd {
        Streams::open(options, null, privileges)
    } else {
        Ok(Streams::keep())
    };
    let find_logs = |streams| find_logs(options, parts, privileges.is_none(), streams);
    match streams.and_then(find_logs) {
        Ok(streams) => Ok((streams, pid_file)),
        Err(error) => {
            pid_file.iter().for_each(PidFile::remove);
            Err(error)
        }
    }
}

/// Whoever supervises this process knows it without a file that nobody has asked for.
fn does_without_pid_file(options: &Options, detaches: bool, error: &Error) -> bool {
    let is_supervised = !detaches && options.when.is_none();
    is_supervised && options.pid_file == Choice::Default && error.is_pid_file_forbidden()
}

fn find_logs(
    options: &Options,
    parts: Parts,
    follow_links: bool,
    mut streams: Streams,
) -> Result<Streams, Error> {
    if let Some(part) = parts.rotation {
        let logs = (part.find)(&streams.log_paths(), options.chroot.as_deref(), follow_links)?;
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

/// What the attribute checks at compile time for literals, for all values.
fn check_options(options: &Options, pid_file: Option<&Path>) -> Result<(), Error> {
    let Options { redirect, stdin, stdout, stderr, close_fd, chdir, chroot, umask, .. } = options;
    let chdir = if let Choice::Path(path) = chdir { Some(path) } else { None };
    let paths = [("redirect", redirect), ("stdin", stdin), ("stdout", stdout), ("stderr", stderr)];
    let paths = paths.map(|(option, path)| (option, path.as_deref()));
    let others = [
        ("chdir", chdir.map(PathBuf::as_path)),
        ("chroot", chroot.as_deref()),
        ("pid_file", pid_file),
    ];
    for (option, path) in paths.iter().chain(&others) {
        if path.is_some_and(|path| path.as_os_str().is_empty()) {
            return Err(Kind::EmptyPath(option).into());
        }
    }
    if let Some(mask) = umask.filter(|mask| mask & !0o777 != 0) {
        return Err(Kind::Umask(mask).into());
    }
    if let Some(Restart { policy: Policy::Unknown(word), .. }) = &options.restart {
        return Err(Kind::UnknownPolicy(word.clone()).into());
    }
    if let Some(StopSignal::Unknown(name)) = &options.stop_signal {
        return Err(Kind::UnknownSignal(name.clone()).into());
    }
    if options.stop_timeout == Some(TimeLimit(None)) {
        return Err(Kind::TimeLimit("stop_timeout").into());
    }
    if options.wait_ready == Wait::AtMost(TimeLimit(None)) {
        return Err(Kind::TimeLimit("wait_ready").into());
    }
    let contradiction = |why| Err(Kind::Contradiction(why).into());
    if redirect.is_some() && (stdout.is_some() || stderr.is_some()) {
        return contradiction("`redirect` already is standard output and standard error");
    }
    if !close_fd && paths.iter().any(|(_, path)| path.is_some()) {
        return contradiction("`close_fd` is false, so that no stream can be replaced");
    }
    if pid_file.is_some() && paths.iter().any(|&(_, path)| path == pid_file) {
        return contradiction("a log and the PID file are the same file");
    }
    Ok(())
}
