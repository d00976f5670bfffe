//! The PID file. Its lock is the truth about whether the daemon runs, the number in it only a hint.
//!
//! The launcher opens, checks and locks it, so that a refusal reaches the terminal. The lock
//! belongs to the open file, so that the daemon inherits it and holds it for life. Closing is
//! harmless, but `LOCK_UN`, as some types have it on drop, would release it everywhere.

use std::env;
use std::fs::{self, File, Metadata, OpenOptions, Permissions, TryLockError};
use std::io::{self, Write};
use std::os::fd::AsRawFd;
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::thread::sleep;
use std::time::Duration;

use nix::errno::Errno;
use nix::libc;
use nix::sys::uio::pwrite;
use nix::unistd::{Pid, ftruncate, geteuid};

use crate::error::{At, Error, Kind, Step};
use crate::resources::pid_text::{LONGEST, Text, read};
use crate::resources::privileges::Privileges;
use crate::resources::state_file::StateFile;
use crate::resources::trust::check_directory_of;
use crate::sys::{Deadline, retry_interrupted};

/// How long another may hold the lock without a PID in the file: it is starting, or only looking.
const PATIENCE: Duration = Duration::from_secs(2);

/// How long to wait before the next try.
const PAUSE: Duration = Duration::from_millis(2);

const FOREIGN_TEXT: &str = "it holds something other than a PID";

/// A PID file that is locked by this process or an ancestor.
#[derive(Debug)]
pub(crate) struct PidFile {
    file: File,
    /// Holds the lock in place of `file`, and can only read.
    keeper: Option<File>,
    /// As the user named it, for messages.
    pub(crate) name: PathBuf,
    pub(super) place: Place,
    /// What an earlier daemon left, so that no tail of it stays behind a shorter PID.
    old_length: u64,
    /// Beside it, where a supervisor has something to say.
    pub(crate) state: Option<StateFile>,
}

/// Where a file is, absolute since the daemon is elsewhere, and which one it is.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) path: PathBuf,
    pub(super) identity: Identity,
}

/// Device and inode: what makes two paths the same file.
pub(crate) type Identity = (u64, u64);

impl PidFile {
    /// Opens, checks and locks the file, and makes it if it is missing.
    ///
    /// With `privileges` the daemon keeps a descriptor that can only read, so that whoever gets hold
    /// of it cannot make root's tools signal a stranger.
    pub(crate) fn acquire(name: &Path, privileges: Option<&Privileges>) -> Result<Self, Error> {
        if let Some(privileges) = privileges {
            check_directory_of(name, privileges.user.unwrap_or_else(geteuid))?;
        }
        let patience_ends = Deadline::after(PATIENCE);
        loop {
            let is_last_try = patience_ends.has_passed();
            match Self::try_acquire(name, privileges.is_some(), is_last_try)? {
                Some(pid_file) => return Ok(pid_file),
                None if is_last_try => return Err(foreign(name, "it is replaced all the time")),
                None => sleep(PAUSE),
            }
        }
    }

    /// One try. `None` where it is worth another: the file was just removed, or its lock may be
    /// about to be free.
    fn try_acquire(name: &Path, read_only: bool, is_last_try: bool) -> Result<Option<Self>, Error> {
        let (file, is_new) = open_or_create(name).map_err(|error| refuse_odd_path(name, error))?;
        let opened = file.metadata().at_path(Step::OpenPidFile, name)?;
        if !is_new {
            check_kind(name, &opened)?;
        }
        let keeper = if read_only {
            Some(open_options().read(true).open(name).at_path(Step::OpenPidFile, name)?)
        } else {
            None
        };
        if !lock(keeper.as_ref().unwrap_or(&file), name, is_last_try)? {
            return Ok(None);
        }
        // Its owner may have removed it before it was locked here, and then the lock says nothing.
        let Some(locked) =
            fs::symlink_metadata(name).ok().filter(|there| identity(there) == identity(&opened))
        else {
            return Ok(None);
        };
        if let Some(keeper) = &keeper
            && identity(&keeper.metadata().at_path(Step::OpenPidFile, name)?) != identity(&opened)
        {
            return Ok(None);
        }
        if locked.len() > 0 {
            mark_as_starting(name, &file, locked.len())?;
        }
        if locked.mode() & 0o022 != 0 {
            // Others may have it open for writing, and would keep that right whatever its mode
            // becomes.
            fs::remove_file(name).at_path(Step::OpenPidFile, name)?;
            return Ok(None);
        }
        if locked.mode() & 0o777 != 0o644 {
            // Everybody may know the PID, whatever the umask says.
            file.set_permissions(Permissions::from_mode(0o644)).at_path(Step::OpenPidFile, name)?;
        }
        let path = if name.is_absolute() {
            name.to_owned()
        } else {
            env::current_dir().at(Step::FindStartDirectory)?.join(name)
        };
        let place = Place { path, identity: identity(&locked) };
        Ok(Some(Self {
            file,
            keeper,
            name: name.to_owned(),
            place,
            old_length: locked.len(),
            state: None,
        }))
    }

    /// Writes the PID and a newline over whatever the file holds.
    pub(crate) fn write(&self, pid: Pid) -> nix::Result<()> {
        let mut buffer = [0; LONGEST];
        let mut rest = &mut buffer[..];
        let _ = writeln!(rest, "{pid}");
        let length = LONGEST - rest.len();
        let written = retry_interrupted(|| pwrite(&self.file, &buffer[..length], 0))?;
        if written < length {
            return Err(Errno::ENOSPC);
        }
        if self.old_length > length as u64 {
            let length = length.try_into().map_err(|_| Errno::EOVERFLOW)?;
            retry_interrupted(|| ftruncate(&self.file, length))?;
        }
        Ok(())
    }

    /// Removes the file, for a start that failed.
    pub(crate) fn remove(&self) {
        self.place.remove();
        self.state.iter().for_each(StateFile::remove);
    }

    /// Keeps the lock for life.
    pub(crate) fn hold(self) -> HeldPidFile {
        let lock = Mutex::new(Some(self.keeper.unwrap_or(self.file)));
        HeldPidFile { place: self.place, lock }
    }
}

/// The PID file of a process that has started.
#[derive(Debug)]
pub(crate) struct HeldPidFile {
    place: Place,
    lock: Mutex<Option<File>>,
}

impl HeldPidFile {
    /// Closes this process's copy of the lock, which another process goes on holding.
    pub(crate) fn let_go(&self) {
        drop(self.lock.lock().unwrap_or_else(PoisonError::into_inner).take());
    }

    /// What holds the lock.
    pub(crate) fn descriptor(&self) -> Option<i32> {
        self.lock.lock().ok()?.as_ref().map(AsRawFd::as_raw_fd)
    }

    /// Removes the file, for a process that ends.
    pub(crate) fn remove(&self) {
        self.place.remove();
    }
}

impl Place {
    /// Removes the file, if it is still this one. The lock is held meanwhile, so that nobody can
    /// have taken it over.
    pub(super) fn remove(&self) {
        if fs::symlink_metadata(&self.path).is_ok_and(|there| identity(&there) == self.identity) {
            // What cannot be removed stays as a stale file, which hinders nobody.
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn open_options() -> OpenOptions {
    let mut options = OpenOptions::new();
    // `O_NONBLOCK` for a planted pipe.
    options.custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK | libc::O_NOCTTY);
    options
}

/// Makes the file, or opens the one that is there. Not by one call: without `O_EXCL`, `O_CREAT` is
/// refused in sticky directories on an existing file of somebody else, even to root. Says whether
/// the file is new.
fn open_or_create(path: &Path) -> io::Result<(File, bool)> {
    let mut options = open_options();
    options.read(true).write(true).mode(0o644);
    loop {
        // The usual case first: a daemon that ended well has removed its file.
        let refusal = match options.clone().create_new(true).open(path) {
            Ok(made) => return Ok((made, true)),
            Err(refusal) => refusal,
        };
        match options.open(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            opened => return opened.map(|file| (file, false)),
        }
        // Gone in between, or never there.
        if refusal.kind() != io::ErrorKind::AlreadyExists {
            return Err(refusal);
        }
    }
}

/// Says in words what `open` answers with a number.
fn refuse_odd_path(name: &Path, error: io::Error) -> Error {
    match error.raw_os_error() {
        Some(libc::ELOOP) => foreign(name, "it is a symbolic link"),
        Some(libc::ENXIO) => foreign(name, "it is not a regular file"),
        _ => Kind::Step(Step::OpenPidFile, Some(name.to_owned()), error).into(),
    }
}

fn check_kind(name: &Path, metadata: &Metadata) -> Result<(), Error> {
    if !metadata.is_file() {
        Err(foreign(name, "it is not a regular file"))
    } else if metadata.nlink() > 1 {
        Err(foreign(name, "it has another name, by a hard link"))
    } else if metadata.uid() != geteuid().as_raw() {
        Err(foreign(name, "it belongs to another user"))
    } else {
        Ok(())
    }
}

/// Whether the lock was taken; an error where a daemon has it.
fn lock(file: &File, name: &Path, is_last_try: bool) -> Result<bool, Error> {
    match file.try_lock() {
        Ok(()) => return Ok(true),
        Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Interrupted => {
            return Ok(false);
        }
        Err(TryLockError::Error(error)) => return Err(error).at_path(Step::LockPidFile, name),
        Err(TryLockError::WouldBlock) => {}
    }
    // Those who only look share the lock among them; a daemon, also one that is starting, does not.
    let is_daemon = file.try_lock_shared().is_err();
    let pid = match read(file).at_path(Step::OpenPidFile, name)? {
        Text::Pid(pid) => Some(pid),
        Text::NoPid => None,
        Text::Foreign => return Err(foreign(name, FOREIGN_TEXT)),
    };
    if is_last_try || is_daemon && pid.is_some() {
        return Err(Kind::AlreadyRunning(name.to_owned(), pid).into());
    }
    Ok(false)
}

/// Replaces the PID that an earlier daemon left by zeros, nobody's PID, so that a locked file never
/// names a stranger.
fn mark_as_starting(name: &Path, file: &File, length: u64) -> Result<(), Error> {
    match read(file).at_path(Step::OpenPidFile, name)? {
        Text::Foreign => return Err(foreign(name, FOREIGN_TEXT)),
        Text::NoPid => return Ok(()),
        Text::Pid(_) => {}
    }
    // The length stays: to empty the file makes some file systems write it to the disk when it is
    // closed.
    let zeros = [b'0'; LONGEST];
    file.write_at(&zeros[..usize::try_from(length).unwrap_or(LONGEST).min(LONGEST)], 0)
        .map(drop)
        .at_path(Step::WritePidFile, name)
}

#[cold]
fn foreign(name: &Path, why: &'static str) -> Error {
    Kind::ForeignPidFile(name.to_owned(), why).into()
}

pub(crate) fn identity(metadata: &Metadata) -> Identity {
    (metadata.dev(), metadata.ino())
}
