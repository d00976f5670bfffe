//! Log rotation: on SIGHUP the log files are opened anew, by a handler that uses async-signal-safe
//! calls alone. A thread that waits for the signal would end the rule of one thread, and its signal
//! mask would reach the daemon's children.

use std::ffi::CString;
use std::fmt;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf, absolute};
use std::sync::OnceLock;

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, OFlag, fcntl, open};
use nix::libc;
use nix::sys::signal::Signal;
use nix::sys::stat::{Mode, fstat};

use crate::error::{At, Error, Kind, Step};
use crate::resources::streams::{StandardDescriptors, Streams};
use crate::sys;

/// The log files, as the daemon can find them again.
#[derive(Debug)]
pub(crate) struct Logs {
    logs: Vec<Log>,
    flags: OFlag,
}

#[derive(Debug)]
struct Log {
    path: CString,
    descriptors: StandardDescriptors,
}

/// What becomes of the log files on SIGHUP.
pub(crate) trait Reopen: fmt::Debug + Send {
    /// Installs the handler, which does nothing until it is told what. Before the body runs:
    /// libraries that install theirs later call the one before, and one that came after theirs
    /// would throw theirs away.
    fn handle_hangup(&self);

    /// Tells the handler what to open.
    fn publish(self: Box<Self>);
}

/// Reached through this alone, so that a program without log rotation is without its code.
pub(crate) type Rotation = Box<dyn Reopen>;

/// What [`Logs::find`] is, for those who hold it as a value.
pub(crate) type FindLogs = fn(&Streams, Option<&Path>, bool) -> Result<Rotation, Error>;

/// What the signal handler must reach.
static LOGS: OnceLock<Logs> = OnceLock::new();

impl Logs {
    /// The daemon's working directory is another one, and its root may be.
    pub(crate) fn find(
        streams: &Streams,
        root: Option<&Path>,
        follow_links: bool,
    ) -> Result<Rotation, Error> {
        let logs = streams.logs().map(|(path, descriptors)| {
            let path = inside(root, path)?;
            let path = CString::new(path.as_os_str().as_bytes())
                .map_err(|_| Errno::EINVAL)
                .at_path(Step::OpenLog, &path)?;
            Ok(Log { path, descriptors })
        });
        let mut flags = OFlag::O_WRONLY | OFlag::O_APPEND | OFlag::O_CREAT | OFlag::O_NOCTTY;
        // `O_NONBLOCK` for a pipe that stands in the log's place.
        flags |= OFlag::O_CLOEXEC | OFlag::O_NONBLOCK;
        flags.set(OFlag::O_NOFOLLOW, !follow_links);
        Ok(Box::new(Self { logs: logs.collect::<Result<_, Error>>()?, flags }))
    }
}

impl Reopen for Logs {
    fn handle_hangup(&self) {
        sys::handle(Signal::SIGHUP, reopen_logs);
    }

    fn publish(self: Box<Self>) {
        let _ = LOGS.set(*self);
    }
}

fn inside(root: Option<&Path>, path: &Path) -> Result<PathBuf, Error> {
    let path = absolute(path).at(Step::FindStartDirectory)?;
    let Some(root) = root else {
        return Ok(path);
    };
    let root = absolute(root).at(Step::FindStartDirectory)?;
    match path.strip_prefix(root) {
        Ok(inside) => Ok(Path::new("/").join(inside)),
        Err(_) => Err(Kind::Contradiction("`reopen` needs a log inside of `chroot`").into()),
    }
}

extern "C" fn reopen_logs(_signal: libc::c_int) {
    let interrupted_call = Errno::last_raw();
    reopen_all();
    Errno::set_raw(interrupted_call);
}

/// Opens all log files anew.
pub(crate) fn reopen_all() {
    if let Some(Logs { logs, flags }) = LOGS.get() {
        for log in logs {
            // On any error the old file stays: better a line in yesterday's log than nowhere.
            let _ = reopen(log, *flags);
        }
    }
}

fn reopen(log: &Log, flags: OFlag) -> nix::Result<()> {
    let file = open(log.path.as_c_str(), flags, Mode::from_bits_truncate(0o666))?;
    if fstat(&file)?.st_mode & libc::S_IFMT != libc::S_IFREG {
        return Err(Errno::EINVAL);
    }
    fcntl(&file, FcntlArg::F_SETFL(OFlag::O_APPEND))?;
    log.descriptors.replace(&file)
}
