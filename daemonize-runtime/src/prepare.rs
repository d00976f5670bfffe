//! The launcher's part: everything that can fail while its error can still reach the terminal.
//! Receives the builder, hands on what the start needs, open and checked.

use std::env;
use std::fs::File;
use std::os::fd::RawFd;
use std::path::{Path, PathBuf};
use std::process;

use crate::error::{Error, Kind, program_name};
use crate::options::{Choice, Options, Policy, Restart};
use crate::parts::Parts;
use crate::ready::Readiness;
use crate::resources::descriptors;
use crate::resources::log_rotation::Rotation;
use crate::resources::pid_file::PidFile;
use crate::resources::privileges::Privileges;
use crate::resources::root::Root;
use crate::resources::signals::Signals;
use crate::resources::streams::{self, Streams};
use crate::supervise::Supervise;
use crate::supervisor;
use crate::sys;
use crate::sys::proc::ProcSelf;

/// All that the next stages use; they look at no option any more.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(crate) umask: Option<u32>,
    pub(crate) signals: Signals,
    pub(crate) inherited_descriptors: Vec<RawFd>,
    pub(crate) root: Option<Root>,
    pub(crate) privileges: Option<Privileges>,
    pub(crate) working_directory: Option<PathBuf>,
    pub(crate) streams: Streams,
    /// The log files that are opened anew on SIGHUP, if that is wanted.
    pub(crate) logs: Option<Rotation>,
    pub(crate) pid_file: Option<PidFile>,
    /// `None` where nobody waits for `ready()`.
    pub(crate) readiness: Option<&'static Readiness>,
    /// `None` where nobody is to start the body again.
    pub(crate) restart: Option<(Restart, Supervise)>,
}

pub(crate) fn prepare(
    options: &Options,
    parts: Parts,
    detaches: bool,
    privileges: Option<Privileges>,
    signals: Signals,
    proc_self: &ProcSelf,
) -> Result<Prepared, Error> {
    let pid_file = path_of(&options.pid_file, default_pid_file);
    check_options(options, pid_file.as_deref())?;
    let inherited_descriptors = if options.close_inherited {
        descriptors::inherited(
            supervisor::passed_descriptors(process::id, |name| env::var_os(name)),
            proc_self,
        )
    } else {
        Vec::new()
    };
    // The launcher's streams reach the body, if only for a time.
    let streams_stay = !detaches || !options.close_fd || options.wait_ready;
    let root = match (&options.chroot, parts.find_root) {
        (Some(path), Some(find)) => {
            Some(find(path, streams_stay, &inherited_descriptors, proc_self)?)
        }
        _ => None,
    };
    let open = || open_files(options, parts, detaches, pid_file.as_deref(), privileges.as_ref());
    let (streams, logs, pid_file) = under_umask(options.umask, open)?;
    Ok(Prepared {
        umask: options.umask,
        signals,
        inherited_descriptors,
        root,
        privileges,
        working_directory: path_of(&options.chdir, || PathBuf::from("/")),
        streams,
        logs,
        pid_file,
        readiness: parts.readiness.filter(|_| options.wait_ready),
        restart: options
            .restart
            .clone()
            .filter(|plan| plan.policy != Policy::Never)
            .zip(parts.supervise),
    })
}

fn open_files(
    options: &Options,
    parts: Parts,
    detaches: bool,
    pid_file: Option<&Path>,
    privileges: Option<&Privileges>,
) -> Result<(Streams, Option<Rotation>, Option<PidFile>), Error> {
    let null = streams::open_null()?;
    // Before the logs, so that a second start touches nothing and says why.
    let pid_file = pid_file.map(|path| PidFile::acquire(path, privileges)).transpose()?;
    match open_streams(options, parts, detaches, null, privileges) {
        Ok((streams, logs)) => Ok((streams, logs, pid_file)),
        Err(error) => {
            pid_file.iter().for_each(PidFile::remove);
            Err(error)
        }
    }
}

fn open_streams(
    options: &Options,
    parts: Parts,
    detaches: bool,
    null: File,
    privileges: Option<&Privileges>,
) -> Result<(Streams, Option<Rotation>), Error> {
    let streams = if detaches && options.close_fd {
        Streams::open(options, null, privileges)?
    } else {
        Streams::keep()
    };
    let logs = match parts.find_logs {
        Some(find) if options.reopen => {
            Some(find(&streams, options.chroot.as_deref(), privileges.is_none())?)
        }
        _ => None,
    };
    Ok((streams, logs))
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

impl Prepared {
    /// After a failed start there is no PID file, and with the last descriptor of it goes the lock.
    pub(crate) fn give_up(&self) {
        if let Some(pid_file) = &self.pid_file {
            pid_file.remove();
        }
    }
}

pub(crate) fn path_of(choice: &Choice, default: impl FnOnce() -> PathBuf) -> Option<PathBuf> {
    match choice {
        Choice::Default => Some(default()),
        Choice::Off => None,
        Choice::Path(path) => Some(path.clone()),
    }
}

/// `<program>.pid`, in the start directory since it is relative.
pub(crate) fn default_pid_file() -> PathBuf {
    program_name().unwrap_or_else(|| "daemon".into()).with_extension("pid")
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
