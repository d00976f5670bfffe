//! The files that root leaves to the daemon's user: opened when this process has become that user,
//! with its rights and no more.

use std::ffi::CStr;
use std::os::fd::OwnedFd;
use std::path::{Path, absolute};

use crate::error::{At, Error, Kind, Step};
use crate::resources::entry::Entry;
use crate::resources::made::Made;
use crate::resources::pid_file::PidFile;
use crate::resources::pid_lock::Wanted;
use crate::resources::stream_file::{HAS_OTHER_NAME, IS_LINK, LOG_MODE, Purpose, StreamFile};
use crate::sys::{self, Errno, WORKING_DIRECTORY, errno_of};

/// Opens a stream's file.
#[inline]
pub(crate) fn open_stream(
    path: &Path,
    name: &Path,
    purpose: Purpose,
    made: &mut Made,
) -> Result<StreamFile, Error> {
    let step = purpose.step();
    let entry = Entry::of_path(path).at_path(step, name)?;
    if purpose == Purpose::Log {
        match StreamFile::make(&entry) {
            Ok(file) => {
                let file = StreamFile::of(file, name, purpose)?;
                // It may be taken back when the working directory is another one.
                let entry = absolute(path).map_err(errno_of).and_then(|path| Entry::of_path(&path));
                made.note_log(entry.at_path(step, name)?, file.identity());
                return Ok(file);
            }
            Err(Errno::EEXIST) => {}
            Err(reason) => return Err(reason).at_path(step, name),
        }
    }
    let file = StreamFile::open(&entry, name, purpose, libc::O_NOFOLLOW)?;
    if file.status.names > 1 {
        return Err(Kind::Untrusted(name.to_owned(), HAS_OTHER_NAME).into());
    }
    Ok(file)
}

/// Acquires the PID file.
#[inline]
pub(crate) fn acquire_pid_file(path: &Path, name: &Path) -> Result<PidFile, Error> {
    let mut wanted = Wanted::by_its_user(name)?;
    wanted.entry = Entry::of_path(path).at_path(Step::OpenPidFile, name)?;
    wanted.path = path.is_absolute().then(|| path.to_owned());
    PidFile::acquire(wanted)
}

/// How a log is opened anew, with these flags. Async-signal-safe.
pub(crate) type OpenAnew = fn(&CStr, i32) -> Result<OwnedFd, &'static str>;

/// Opens a log anew. Async-signal-safe.
#[inline]
pub(crate) fn open_anew(path: &CStr, flags: i32) -> Result<OwnedFd, &'static str> {
    sole(sys::open_at(WORKING_DIRECTORY, path, flags | libc::O_NOFOLLOW, LOG_MODE))
}

/// Refuses a file that has another name. Async-signal-safe.
#[inline]
pub(crate) fn sole(opened: sys::Answer<OwnedFd>) -> Result<OwnedFd, &'static str> {
    let file = match opened {
        Err(Errno::ELOOP) => return Err(IS_LINK),
        opened => opened.map_err(Errno::desc)?,
    };
    let names = sys::status_of(&file).map_err(Errno::desc)?.names;
    if names == 1 { Ok(file) } else { Err(HAS_OTHER_NAME) }
}
