//! Log rotation: the log files are opened anew by async-signal-safe calls alone, since the handler of
//! SIGHUP does it. A thread that waits for the signal would end the rule of one thread, and its
//! signal mask would reach the daemon's children.

use std::ffi::CString;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf, absolute};
use std::sync::atomic::{AtomicBool, Ordering};

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, OFlag, fcntl, open};
use nix::libc;
use nix::sys::stat::{Mode, fstat};

use crate::error::{At, Error, Kind, Step};
use crate::resources::descriptors::StandardDescriptors;

/// The log files, as the daemon can find them again.
#[derive(Debug)]
pub(crate) struct Logs {
    files: Vec<Log>,
    flags: OFlag,
    /// Until then the descriptors lead to the terminal.
    are_open: AtomicBool,
}

#[derive(Debug)]
struct Log {
    path: CString,
    descriptors: StandardDescriptors,
}

impl Logs {
    /// The daemon's working directory is another one, and its root may be.
    pub(crate) fn find(
        logs: &[(&Path, StandardDescriptors)],
        root: Option<&Path>,
        follow_links: bool,
    ) -> Result<Self, Error> {
        let logs = logs.iter().map(|&(path, descriptors)| {
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
        let files = logs.collect::<Result<_, Error>>()?;
        Ok(Self { files, flags, are_open: AtomicBool::new(false) })
    }

    /// Says that the standard streams lead to the log files now.
    pub(crate) fn are_open(&self) {
        self.are_open.store(true, Ordering::Release);
    }

    /// Opens all log files anew. Async-signal-safe.
    pub(crate) fn reopen(&self) {
        if self.are_open.load(Ordering::Acquire) {
            for log in &self.files {
                // On any error the old file stays: better a line in yesterday's log than nowhere.
                let _ = log.reopen(self.flags);
            }
        }
    }
}

impl Log {
    fn reopen(&self, flags: OFlag) -> nix::Result<()> {
        let file = open(self.path.as_c_str(), flags, Mode::from_bits_truncate(0o666))?;
        if fstat(&file)?.st_mode & libc::S_IFMT != libc::S_IFREG {
            return Err(Errno::EINVAL);
        }
        fcntl(&file, FcntlArg::F_SETFL(OFlag::O_APPEND))?;
        self.descriptors.replace(&file)
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
