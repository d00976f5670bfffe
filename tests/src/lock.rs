//! The lock on a PID file, which alone says whether a daemon runs.

use std::fs::{OpenOptions, TryLockError};
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
