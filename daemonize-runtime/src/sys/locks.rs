//! Locks on files, by `flock(2)`.

use std::fs::File;
#[cfg(not(any(target_os = "android", target_os = "dragonfly")))]
use std::fs::TryLockError;

use super::Answer;
#[cfg(not(any(target_os = "android", target_os = "dragonfly")))]
use super::errno_of;

/// Takes an exclusive lock; whether it was granted.
pub(crate) fn try_lock(file: &File) -> Answer<bool> {
    #[cfg(not(any(target_os = "android", target_os = "dragonfly")))]
    return answer(file.try_lock());
    #[cfg(any(target_os = "android", target_os = "dragonfly"))]
    return directly::lock(file, libc::LOCK_EX);
}

/// Takes a shared lock; whether it was granted.
pub(crate) fn try_lock_shared(file: &File) -> Answer<bool> {
    #[cfg(not(any(target_os = "android", target_os = "dragonfly")))]
    return answer(file.try_lock_shared());
    #[cfg(any(target_os = "android", target_os = "dragonfly"))]
    return directly::lock(file, libc::LOCK_SH);
}

/// Releases the lock, for all processes that have this open file.
pub(crate) fn unlock(file: &File) -> Answer<()> {
    #[cfg(not(any(target_os = "android", target_os = "dragonfly")))]
    return file.unlock().map_err(errno_of);
    #[cfg(any(target_os = "android", target_os = "dragonfly"))]
    return directly::lock(file, libc::LOCK_UN).map(drop);
}

#[cfg(not(any(target_os = "android", target_os = "dragonfly")))]
fn answer(tried: Result<(), TryLockError>) -> Answer<bool> {
    match tried {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => Err(errno_of(error)),
    }
}

/// What std does not do on these systems.
#[cfg(any(target_os = "android", target_os = "dragonfly"))]
mod directly {
    use std::os::fd::AsRawFd;

    use super::{Answer, File};
    use crate::sys::Errno;

    pub(super) fn lock(file: &File, operation: i32) -> Answer<bool> {
        // SAFETY: the descriptor is open, and no memory is touched.
        match Errno::result(unsafe { libc::flock(file.as_raw_fd(), operation | libc::LOCK_NB) }) {
            Ok(_) => Ok(true),
            Err(Errno::EAGAIN) => Ok(false),
            Err(reason) => Err(reason),
        }
    }
}
