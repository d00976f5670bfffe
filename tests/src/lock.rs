//! Locks on files: the one on a PID file, which alone says whether a daemon runs, and those by
//! which a test holds bots up.

use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use nix::libc;

/// Whether somebody holds the file locked; a missing file is not.
#[must_use]
pub fn is_held(path: &Path) -> bool {
    // A pipe would keep waiting who opens it, and nothing but a regular file becomes a PID file.
    let Ok(file) = OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK).open(path) else {
        return false;
    };
    match file.try_lock_shared() {
        Ok(()) => false,
        Err(TryLockError::WouldBlock) => true,
        Err(TryLockError::Error(error)) => panic!("{}: {error}", path.display()),
    }
}

/// Makes a file and locks it, as a start that has not come far.
#[must_use]
#[track_caller]
pub fn take_new(path: &Path) -> File {
    let file = File::create_new(path).expect("a new file");
    file.lock().expect("nobody has the file yet");
    file
}

/// A gate at which bots wait until the test opens it: a file that the test has locked. Whoever
/// comes later passes at once.
#[derive(Debug)]
pub struct Gate(File);

impl Gate {
    /// Makes the file and closes the gate.
    #[must_use]
    #[track_caller]
    pub fn closed(path: &Path) -> Self {
        Self(take_new(path))
    }

    /// Lets everybody pass.
    pub fn open(self) {
        self.0.unlock().expect("the lock is ours");
    }
}
