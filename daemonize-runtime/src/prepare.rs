//! The launcher's part: everything that can fail while its error can still reach the terminal. Receives the builder,
//! hands on what the start needs, open and checked.

use std::path::{Path, PathBuf};

use crate::Daemon;
use crate::descriptors;
use crate::error::{Error, Kind, program_name};
use crate::pid_file::PidFile;
use crate::proc_self::ProcSelf;
use crate::signals::Signals;
use crate::streams::{self, Streams};
use crate::threads::OnlyThread;
use crate::values::Choice;

/// All that the next stages use; they look at no option any more.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(crate) only_thread: OnlyThread,
    pub(crate) signals: Signals,
    pub(crate) inherited_descriptors: Vec<std::os::fd::RawFd>,
    pub(crate) streams: Streams,
    pub(crate) pid_file: Option<PidFile>,
    pub(crate) working_directory: Option<PathBuf>,
}

pub(crate) fn prepare(daemon: &Daemon) -> Result<Prepared, Error> {
    let proc_self = ProcSelf::read();
    let only_thread = OnlyThread::check(&proc_self)?;
    let working_directory = path_of(&daemon.chdir, || PathBuf::from("/"));
    let pid_file = path_of(&daemon.pid_file, default_pid_file);
    check_options(daemon, pid_file.as_deref())?;
    let inherited_descriptors = descriptors::inherited(&proc_self);
    let null = streams::open_null()?;
    Ok(Prepared {
        only_thread,
        signals: Signals::inspect(&proc_self),
        inherited_descriptors,
        streams: if daemon.close_fd { Streams::open(daemon, null)? } else { Streams::keep() },
        // The last thing that can fail here, so that no failure leaves a PID file behind.
        pid_file: pid_file.map(|path| PidFile::acquire(&path)).transpose()?,
        working_directory,
    })
}

fn path_of(choice: &Choice, default: impl FnOnce() -> PathBuf) -> Option<PathBuf> {
    match choice {
        Choice::Default => Some(default()),
        Choice::Off => None,
        Choice::Path(path) => Some(path.clone()),
    }
}

/// `<program>.pid`, in the start directory since it is relative.
fn default_pid_file() -> PathBuf {
    program_name().unwrap_or_else(|| "daemon".into()).with_extension("pid")
}

/// What the attribute checks at compile time for literals, for all values.
fn check_options(daemon: &Daemon, pid_file: Option<&Path>) -> Result<(), Error> {
    let Daemon { redirect, stdin, stdout, stderr, close_fd, chdir, .. } = daemon;
    let chdir = if let Choice::Path(path) = chdir { Some(path) } else { None };
    let paths = [("redirect", redirect), ("stdin", stdin), ("stdout", stdout), ("stderr", stderr)];
    let paths = paths.map(|(option, path)| (option, path.as_deref()));
    let others = [("chdir", chdir.map(PathBuf::as_path)), ("pid_file", pid_file)];
    for (option, path) in paths.iter().chain(&others) {
        if path.is_some_and(|path| path.as_os_str().is_empty()) {
            return Err(Kind::EmptyPath(option).into());
        }
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
