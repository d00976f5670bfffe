//! Locks on files, by `flock(2)`.

use std::fs::{File, TryLockError};
use std::io;

/// Locks a file for this open file alone.
#[cfg(not(any(target_os = "android", target_os = "dragonfly")))]
pub(crate) fn try_lock(file: &File) -> Result<(), TryLockError> {
    file.try_lock()
}

/// Locks a file for all open files that do the same.
#[cfg(not(any(target_os = "android", target_os = "dragonfly")))]
pub(crate) fn try_lock_shared(file: &File) -> Result<(), TryLockError> {
    file.try_lock_shared()
}

/// Gives a lock back, for all processes that have this open file.
#[cfg(not(any(target_os = "android", target_os = "dragonfly")))]
pub(crate) fn unlock(file: &File) -> io::Result<()> {
    file.unlock()
}

#[cfg(any(target_os = "android", target_os = "dragonfly"))]
pub(crate) use directly::{try_lock, try_lock_shared, unlock};

/// What std does not do on these systems.
#[cfg(any(target_os = "android", target_os = "dragonfly"))]
mod directly {
    use std::os::fd::AsRawFd;

    use nix::libc::{self, LOCK_EX, LOCK_NB, LOCK_SH, LOCK_UN};

    use super::{File, TryLockError, io};

    pub(crate) fn try_lock(file: &File) -> Result<(), TryLockError> {
        flock(file, LOCK_EX | LOCK_NB).map_err(of_a_try)
    }

    pub(crate) fn try_lock_shared(file: &File) -> Result<(), TryLockError> {
        flock(file, LOCK_SH | LOCK_NB).map_err(of_a_try)
    }

    pub(crate) fn unlock(file: &File) -> io::Result<()> {
        flock(file, LOCK_UN)
    }

    fn flock(file: &File, operation: libc::c_int) -> io::Result<()> {
        // SAFETY: the descriptor is open, and no memory is touched.
        match unsafe { libc::flock(file.as_raw_fd(), operation) } {
            0 => Ok(()),
            _ => Err(io::Error::last_os_error()),
        }
    }

    fn of_a_try(error: io::Error) -> TryLockError {
        match error.kind() {
            io::ErrorKind::WouldBlock => TryLockError::WouldBlock,
            _ => TryLockError::Error(error),
        }
    }
}
