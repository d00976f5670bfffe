//! The standard streams: their files are opened in the launcher, where an error reaches the user,
//! and put in place in the session leader.

use std::fs::{File, Metadata, OpenOptions};
use std::io;
use std::os::fd::{AsRawFd, IntoRawFd};
use std::os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::libc::{self, STDERR_FILENO, STDIN_FILENO, STDOUT_FILENO};
use nix::unistd::{fchown, geteuid};

use crate::error::{At, Error, Kind, Step};
use crate::options::Options;
use crate::resources::descriptors::StandardDescriptors;
use crate::resources::log_rotation::Logs;
use crate::resources::privileges::Privileges;
use crate::resources::trust::{check_directory_of, check_file};
use crate::sys;

/// The files that become the standard streams.
#[derive(Debug)]
pub(crate) struct Streams {
    streams: Vec<Stream>,
    /// Those that are opened anew later, if that is wanted.
    pub(crate) logs: Option<Arc<Logs>>,
}

#[derive(Debug)]
struct Stream {
    file: File,
    descriptors: StandardDescriptors,
    /// Where it is, if it is a log.
    log: Option<PathBuf>,
}

impl Streams {
    /// Opens what the options name; the null device for every other stream.
    pub(crate) fn open(
        options: &Options,
        null: File,
        privileges: Option<&Privileges>,
    ) -> Result<Self, Error> {
        const INPUT: u8 = 1 << STDIN_FILENO;
        const OUTPUT: u8 = 1 << STDOUT_FILENO;
        const ERRORS: u8 = 1 << STDERR_FILENO;
        let mut streams = Vec::with_capacity(4);
        let mut unset = INPUT | OUTPUT | ERRORS;
        if let Some(path) = &options.stdin {
            unset &= !INPUT;
            streams.push(Stream {
                file: open_input(path)?,
                descriptors: StandardDescriptors::of(INPUT),
                log: None,
            });
        }
        let stdout = options.stdout.as_ref().or(options.redirect.as_ref());
        let stderr = options.stderr.as_ref().or(options.redirect.as_ref());
        // One open file for both, as the shell's `>>log 2>&1` has it.
        let outputs = match (stdout, stderr) {
            (Some(path), Some(same)) if path.as_os_str() == same.as_os_str() => {
                [(stdout, OUTPUT | ERRORS), (None, 0)]
            }
            _ => [(stdout, OUTPUT), (stderr, ERRORS)],
        };
        for (path, descriptors) in outputs {
            if let Some(path) = path {
                unset &= !descriptors;
                let file = open_log(path, privileges)?;
                streams.push(Stream {
                    file,
                    descriptors: StandardDescriptors::of(descriptors),
                    log: Some(path.clone()),
                });
            }
        }
        streams.push(Stream { file: null, descriptors: StandardDescriptors::of(unset), log: None });
        Ok(Self { streams, logs: None })
    }

    /// Leaves the three streams as they are.
    pub(crate) fn keep() -> Self {
        Self { streams: Vec::new(), logs: None }
    }

    /// Puts the files in place.
    pub(crate) fn install(&self) -> nix::Result<()> {
        self.streams.iter().try_for_each(|stream| stream.descriptors.replace(&stream.file))?;
        // Afterwards, so that a signal which comes in between does not open them on the terminal's
        // descriptors.
        if let Some(logs) = &self.logs {
            logs.are_open();
        }
        Ok(())
    }

    /// The paths of the log files, and the descriptors that they become.
    pub(crate) fn log_paths(&self) -> Vec<(&Path, StandardDescriptors)> {
        let streams = self.streams.iter();
        streams.filter_map(|stream| Some((stream.log.as_deref()?, stream.descriptors))).collect()
    }
}

/// Opens the null device, above the three standard descriptors.
///
/// It is the first file that a start opens, so that a program which closed a standard descriptor
/// finds it filled before anything that must not be there could land in it.
pub(crate) fn open_null() -> Result<File, Error> {
    loop {
        let null = OpenOptions::new()
            .read(true)
            .write(true)
            .custom_flags(libc::O_NOCTTY)
            .open("/dev/null")
            .at(Step::OpenNull)?;
        if !is_null(&null.metadata().at(Step::OpenNull)?) {
            return Err(Kind::FakeNull.into());
        }
        if null.as_raw_fd() > STDERR_FILENO {
            return Ok(null);
        }
        let _ = null.into_raw_fd();
    }
}

/// Opens a log file, and makes it if it is missing.
fn open_log(path: &Path, privileges: Option<&Privileges>) -> Result<File, Error> {
    let step = Step::OpenLog;
    let mut append = OpenOptions::new();
    append.append(true);
    let Some(privileges) = privileges else {
        return open(path, append.create(true), 0, OFlag::O_APPEND, step);
    };
    let owner = privileges.user.unwrap_or_else(geteuid);
    check_directory_of(path, owner)?;
    match append.clone().create_new(true).open(path) {
        Ok(made) => {
            fchown(&made, privileges.user, Some(privileges.group)).at_path(step, path)?;
            Ok(made)
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let file = open(path, &append, libc::O_NOFOLLOW, OFlag::O_APPEND, step)?;
            check_file(path, &file.metadata().at_path(step, path)?, owner)?;
            Ok(file)
        }
        Err(error) => Err(error).at_path(step, path),
    }
}

fn open_input(path: &Path) -> Result<File, Error> {
    open(path, OpenOptions::new().read(true), 0, OFlag::empty(), Step::OpenInput)
}

/// Opens a regular file or the null device, and refuses anything else without blocking on it.
fn open(
    path: &Path,
    options: &OpenOptions,
    extra_flags: i32,
    lasting_flags: OFlag,
    step: Step,
) -> Result<File, Error> {
    let not_a_file = || Error::from(Kind::NotAFile(path.to_owned()));
    let flags = libc::O_NOCTTY | libc::O_NONBLOCK | extra_flags;
    let file = match options.clone().custom_flags(flags).open(path) {
        // A pipe that nobody reads, or a socket.
        Err(error) if error.raw_os_error() == Some(libc::ENXIO) => return Err(not_a_file()),
        Err(error)
            if extra_flags & libc::O_NOFOLLOW != 0 && error.raw_os_error() == Some(libc::ELOOP) =>
        {
            return Err(Kind::Untrusted(path.to_owned(), "it is a symbolic link").into());
        }
        opened => opened.at_path(step, path)?,
    };
    let metadata = file.metadata().at_path(step, path)?;
    if !metadata.is_file() && !is_null(&metadata) {
        return Err(not_a_file());
    }
    // Only the opening was not to block: to the readers and writers of the stream the flag would be
    // a surprise.
    fcntl(&file, FcntlArg::F_SETFL(lasting_flags)).at_path(step, path)?;
    Ok(file)
}

/// Whether a file is the null device, and not something that stands in its place.
fn is_null(metadata: &Metadata) -> bool {
    metadata.file_type().is_char_device() && sys::is_null_device(metadata.rdev())
}
