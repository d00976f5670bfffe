//! Log rotation. The handler of SIGHUP opens the log files anew, so it makes async-signal-safe
//! calls alone. A thread that waits for the signal would break the rule of one thread, and its
//! signal mask would reach the daemon's children.

use std::ffi::{CStr, CString};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, absolute};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::{At, Error, Kind, Printable, Step, program_name};
use crate::resources::descriptors::StandardDescriptors;
use crate::resources::opener::Opener;
use crate::resources::root::inside;
use crate::resources::stream_file::LOG_MODE;
use crate::resources::users_files::OpenAnew;
use crate::sys::{self, Errno, WORKING_DIRECTORY};

const IS_NO_FILE: &str = "not a regular file";

/// What stands behind the reason why a log could not be opened anew.
const GOES_ON: &[u8] = b"; writing goes on in this file\n";

/// The log files, as the daemon can find them again.
#[derive(Debug)]
pub(crate) struct Logs {
    files: Vec<Log>,
    /// Until then the descriptors lead to the terminal.
    are_open: AtomicBool,
    /// Whether somebody else says what cannot be opened.
    is_silent: AtomicBool,
}

#[derive(Debug)]
struct Log {
    path: CString,
    open: OpenAnew,
    descriptors: StandardDescriptors,
    /// What is said when it cannot be opened, in front of the reason.
    complaint: String,
    /// Whether that was said, and nothing has changed since.
    is_lost: AtomicBool,
}

impl Logs {
    /// The daemon's working directory is another one, and its root may be.
    #[inline]
    pub(crate) fn find(
        logs: &mut dyn Iterator<Item = (&Path, StandardDescriptors)>,
        root: Option<&Path>,
        opener: Option<&dyn Opener>,
    ) -> Result<&'static Self, Error> {
        let logs = logs.map(|(name, descriptors)| Log::find(name, descriptors, root, opener));
        let files = logs.collect::<Result<_, Error>>()?;
        let [are_open, is_silent] = [false; 2].map(AtomicBool::new);
        // Never freed: a handler may be reading it.
        Ok(Box::leak(Box::new(Self { files, are_open, is_silent })))
    }

    /// Says that the standard streams lead to the log files now.
    #[inline]
    pub(crate) fn are_open(&self) {
        self.are_open.store(true, Ordering::Release);
    }

    /// Leaves it to another process, which opens the same logs anew, to say what is not possible.
    #[inline]
    pub(crate) fn be_silent(&self) {
        self.is_silent.store(true, Ordering::Relaxed);
    }

    /// Opens all log files anew. Async-signal-safe.
    #[inline]
    pub(crate) fn reopen(&self) {
        if self.are_open.load(Ordering::Acquire) {
            for log in &self.files {
                log.reopen_or_complain(self.is_silent.load(Ordering::Relaxed));
            }
        }
    }
}

impl Log {
    #[inline]
    fn find(
        name: &Path,
        descriptors: StandardDescriptors,
        root: Option<&Path>,
        opener: Option<&dyn Opener>,
    ) -> Result<Self, Error> {
        let outside = absolute(name).at(Step::FindStartDirectory)?;
        let inside = root.map(|root| inside(root, name)).transpose()?;
        let path = match &inside {
            None => &outside,
            Some(Some(path)) => path,
            Some(None) => {
                return Err(Kind::Contradiction("`reopen` needs a log inside `chroot`").into());
            }
        };
        let path = CString::new(path.as_os_str().as_bytes()).at_path(Step::OpenLog, name)?;
        let open = match opener {
            Some(opener) => opener.rotation(&outside)?,
            None => open_by_path,
        };
        let program = program_name().unwrap_or_else(|| "daemon".into());
        let (program, outside) = (Printable(&program), Printable(&outside));
        let complaint = format!("{program}: cannot reopen the log {outside}: ");
        Ok(Self { path, open, descriptors, complaint, is_lost: AtomicBool::new(false) })
    }

    /// On any error the old file stays: better a line in yesterday's log than nowhere. That it does
    /// is said there once, until it is over.
    #[inline]
    fn reopen_or_complain(&self, is_silent: bool) {
        let outcome = self.reopen();
        let was_lost = self.is_lost.swap(outcome.is_err(), Ordering::Relaxed);
        if let (Err(why), false, false) = (outcome, was_lost, is_silent) {
            self.descriptors.write_line([self.complaint.as_bytes(), why.as_bytes(), GOES_ON]);
        }
    }

    #[inline]
    fn reopen(&self) -> Result<(), &'static str> {
        let flags = libc::O_WRONLY | libc::O_APPEND | libc::O_CREAT | libc::O_NOCTTY;
        // `O_NONBLOCK` for a pipe that stands in the log's place.
        let flags = flags | libc::O_NONBLOCK;
        let file = (self.open)(&self.path, flags)?;
        if !sys::status_of(&file).map_err(Errno::desc)?.is_regular() {
            return Err(IS_NO_FILE);
        }
        sys::set_status_flags(&file, libc::O_APPEND).map_err(Errno::desc)?;
        self.descriptors.replace(file.as_fd()).map_err(Errno::desc)
    }
}

/// Opens a log for whoever may open it by this path.
#[inline]
fn open_by_path(path: &CStr, flags: i32) -> Result<OwnedFd, &'static str> {
    sys::open_at(WORKING_DIRECTORY, path, flags, LOG_MODE).map_err(Errno::desc)
}
