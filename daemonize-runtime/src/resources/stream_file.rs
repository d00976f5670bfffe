//! A file that becomes a standard stream: a regular one, or the null device. Anything else is
//! refused without blocking on it.

use std::fs::File;
use std::os::fd::{AsRawFd, IntoRawFd};
use std::path::Path;

use crate::error::{At, Error, Kind, Step};
use crate::resources::entry::Entry;
use crate::sys::{self, Errno, FileStatus, Identity, WORKING_DIRECTORY};
use libc::STDERR_FILENO;

/// What a file is for, and so how it is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    Input,
    Log,
}

impl Purpose {
    /// The step of a start that opens it.
    pub(crate) fn step(self) -> Step {
        match self {
            Self::Input => Step::OpenInput,
            Self::Log => Step::OpenLog,
        }
    }

    fn flags(self) -> i32 {
        match self {
            Self::Input => libc::O_RDONLY,
            Self::Log => libc::O_WRONLY | libc::O_APPEND,
        }
    }
}

/// The mode of a log that is made, less the umask.
pub(crate) const LOG_MODE: u32 = 0o666;

pub(crate) const IS_LINK: &str = "it is a symbolic link";
pub(crate) const HAS_OTHER_NAME: &str = "it has more than one hard link";

/// Why a file is not to be opened for another user, also by that user.
pub(crate) const OBJECTIONS: [&str; 2] = [IS_LINK, HAS_OTHER_NAME];

/// An open file that becomes a standard stream.
#[derive(Debug)]
pub(crate) struct StreamFile {
    pub(crate) file: File,
    pub(crate) status: FileStatus,
}

impl StreamFile {
    /// Opens the file as its purpose and further flags say. `name` is for messages.
    pub(crate) fn open(
        entry: &Entry,
        name: &Path,
        purpose: Purpose,
        flags: i32,
    ) -> Result<Self, Error> {
        let step = purpose.step();
        // `O_NONBLOCK` for a pipe that stands in its place.
        let gently = purpose.flags() | flags | libc::O_NOCTTY | libc::O_NONBLOCK;
        let file = match entry.open(gently, LOG_MODE) {
            // A pipe that nobody reads, or a socket.
            Err(Errno::ENXIO) => return Err(Kind::NotAFile(name.to_owned()).into()),
            Err(Errno::ELOOP) if flags & libc::O_NOFOLLOW != 0 => {
                return Err(Kind::Untrusted(name.to_owned(), IS_LINK).into());
            }
            opened => opened.at_path(step, name)?,
        };
        Self::of(file, name, purpose)
    }

    /// Makes a log, where nothing is yet.
    pub(crate) fn make(entry: &Entry) -> sys::Answer<File> {
        let new = libc::O_CREAT | libc::O_EXCL;
        entry.open(Purpose::Log.flags() | new | libc::O_NOCTTY, LOG_MODE)
    }

    /// Checks a file that is open.
    pub(crate) fn of(file: File, name: &Path, purpose: Purpose) -> Result<Self, Error> {
        let step = purpose.step();
        let status = sys::status_of(&file).at_path(step, name)?;
        if !status.is_regular() && !status.is_null() {
            return Err(Kind::NotAFile(name.to_owned()).into());
        }
        // Only the opening must not block. Readers and writers of the stream do not expect the
        // flag.
        sys::set_status_flags(&file, purpose.flags() & libc::O_APPEND).at_path(step, name)?;
        Ok(Self { file, status })
    }

    /// Opens a file for whoever may open it by this path.
    pub(crate) fn open_path(path: &Path, purpose: Purpose) -> Result<Self, Error> {
        let flags = if purpose == Purpose::Log { libc::O_CREAT } else { 0 };
        let entry = Entry::of_path(path).at_path(purpose.step(), path)?;
        Self::open(&entry, path, purpose, flags)
    }

    pub(crate) fn identity(&self) -> Identity {
        self.status.identity
    }
}

/// Opens the null device, above the three standard descriptors.
///
/// It is the first file that a start opens. If the program has closed a standard descriptor, this
/// fills it before anything else can.
pub(crate) fn open_null() -> Result<StreamFile, Error> {
    loop {
        let flags = libc::O_RDWR | libc::O_NOCTTY;
        let null = sys::open_at(WORKING_DIRECTORY, c"/dev/null", flags, 0).at(Step::OpenNull)?;
        let status = sys::status_of(&null).at(Step::OpenNull)?;
        if !status.is_null() {
            return Err(Kind::FakeNull.into());
        }
        if null.as_raw_fd() > STDERR_FILENO {
            return Ok(StreamFile { file: null.into(), status });
        }
        let _ = null.into_raw_fd();
    }
}
