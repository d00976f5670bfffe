//! The standard streams: their files are opened in the launcher, where an error reaches the user, and put in place
//! in the session leader.

use std::fs::{File, Metadata, OpenOptions};
use std::io;
use std::os::fd::{AsFd, AsRawFd, IntoRawFd};
use std::os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::libc::{self, STDERR_FILENO, STDIN_FILENO, STDOUT_FILENO};
use nix::unistd::{dup2_stderr, dup2_stdin, dup2_stdout, fchown, geteuid};

use crate::Daemon;
use crate::error::{At, Error, Kind, Step};
use crate::privileges::Privileges;
use crate::sys::retry_interrupted;
use crate::trust::{check_directory_of, check_file};

/// The files that become the standard streams.
#[derive(Debug)]
pub(crate) struct Streams(Vec<Stream>);

#[derive(Debug)]
struct Stream {
    file: File,
    /// The standard descriptors that the file becomes.
    descriptors: Vec<i32>,
    /// Where it is, if it is a log.
    log: Option<PathBuf>,
}

impl Streams {
    /// Opens what the options name; the null device for every other stream.
    pub(crate) fn open(daemon: &Daemon, null: File, privileges: Option<&Privileges>) -> Result<Self, Error> {
        let mut streams = Vec::new();
        let mut unset = Vec::new();
        match &daemon.stdin {
            Some(path) => streams.push(Stream { file: open_input(path)?, descriptors: vec![STDIN_FILENO], log: None }),
            None => unset.push(STDIN_FILENO),
        }
        let stdout = daemon.stdout.as_ref().or(daemon.redirect.as_ref());
        let stderr = daemon.stderr.as_ref().or(daemon.redirect.as_ref());
        let outputs = match (stdout, stderr) {
            // One open file for both, as the shell's `>>log 2>&1` has it.
            (Some(path), Some(same)) if path == same => vec![(Some(path), vec![STDOUT_FILENO, STDERR_FILENO])],
            _ => vec![(stdout, vec![STDOUT_FILENO]), (stderr, vec![STDERR_FILENO])],
        };
        for (path, descriptors) in outputs {
            match path {
                Some(path) => {
                    let file = open_log(path, privileges)?;
                    streams.push(Stream { file, descriptors, log: Some(path.clone()) });
                }
                None => unset.extend(descriptors),
            }
        }
        streams.push(Stream { file: null, descriptors: unset, log: None });
        Ok(Self(streams))
    }

    /// Leaves the three streams as they are.
    pub(crate) fn keep() -> Self {
        Self(Vec::new())
    }

    /// Puts the files in place.
    pub(crate) fn install(&self) -> nix::Result<()> {
        for Stream { file, descriptors, .. } in &self.0 {
            descriptors.iter().try_for_each(|&descriptor| replace(descriptor, file))?;
        }
        Ok(())
    }

    /// The paths of the log files, and the descriptors that they become.
    pub(crate) fn logs(&self) -> impl Iterator<Item = (&Path, &[i32])> {
        self.0.iter().filter_map(|stream| Some((stream.log.as_deref()?, &stream.descriptors[..])))
    }
}

/// Makes a standard descriptor lead to a file. `dup2` clears close-on-exec, so that the daemon's children have it too.
pub(crate) fn replace(descriptor: i32, file: impl AsFd) -> nix::Result<()> {
    retry_interrupted(|| match descriptor {
        STDIN_FILENO => dup2_stdin(file.as_fd()),
        STDOUT_FILENO => dup2_stdout(file.as_fd()),
        _ => dup2_stderr(file.as_fd()),
    })
}

/// Opens the null device, above the three standard descriptors.
///
/// It is the first file that a start opens, so that a program which closed a standard descriptor finds it filled
/// before anything that must not be there could land in it.
pub(crate) fn open_null() -> Result<File, Error> {
    loop {
        let null = OpenOptions::new()
            .read(true)
            .write(true)
            .custom_flags(libc::O_NOCTTY)
            .open("/dev/null")
            .at(|| Step::OpenNull)?;
        if !is_null(&null.metadata().at(|| Step::OpenNull)?) {
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
    let step = || Step::OpenLog(path.to_owned());
    let mut append = OpenOptions::new();
    append.append(true);
    let Some(privileges) = privileges else {
        return open(path, append.create(true), 0, OFlag::O_APPEND, step);
    };
    let owner = privileges.user.unwrap_or_else(geteuid);
    check_directory_of(path, owner)?;
    match append.clone().create_new(true).open(path) {
        Ok(made) => {
            fchown(&made, privileges.user, Some(privileges.group)).at(step)?;
            Ok(made)
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let file = open(path, &append, libc::O_NOFOLLOW, OFlag::O_APPEND, step)?;
            check_file(path, &file.metadata().at(step)?, owner)?;
            Ok(file)
        }
        Err(error) => Err(error).at(step),
    }
}

fn open_input(path: &Path) -> Result<File, Error> {
    open(path, OpenOptions::new().read(true), 0, OFlag::empty(), || Step::OpenInput(path.to_owned()))
}

/// Opens a regular file or the null device, and refuses anything else without blocking on it.
fn open(
    path: &Path,
    options: &OpenOptions,
    extra_flags: i32,
    lasting_flags: OFlag,
    step: impl Fn() -> Step,
) -> Result<File, Error> {
    let not_a_file = || Error::from(Kind::NotAFile(path.to_owned()));
    let flags = libc::O_NOCTTY | libc::O_NONBLOCK | extra_flags;
    let file = match options.clone().custom_flags(flags).open(path) {
        // A pipe that nobody reads, or a socket.
        Err(error) if error.raw_os_error() == Some(libc::ENXIO) => return Err(not_a_file()),
        Err(error) if extra_flags & libc::O_NOFOLLOW != 0 && error.raw_os_error() == Some(libc::ELOOP) => {
            return Err(Kind::Untrusted(path.to_owned(), "it is a symbolic link").into());
        }
        opened => opened.at(&step)?,
    };
    let metadata = file.metadata().at(&step)?;
    if !metadata.is_file() && !is_null(&metadata) {
        return Err(not_a_file());
    }
    // Only the opening was not to block: to the readers and writers of the stream the flag would be a surprise.
    fcntl(&file, FcntlArg::F_SETFL(lasting_flags)).at(&step)?;
    Ok(file)
}

/// Whether a file is the null device, and not something that stands in its place.
fn is_null(metadata: &Metadata) -> bool {
    let is_its_number = |number| !cfg!(target_os = "linux") || number == libc::makedev(1, 3);
    metadata.file_type().is_char_device() && is_its_number(metadata.rdev())
}
