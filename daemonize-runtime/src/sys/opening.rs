//! Files by their names in directories. Async-signal-safe.

use std::ffi::CStr;
use std::fs::File;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};

use super::{Answer, Errno, pause, retry_interrupted};

/// Stands for the working directory, wherever that is.
// SAFETY: the kernel takes this number at any time, nobody can close it, and it is not -1.
pub(crate) const WORKING_DIRECTORY: BorrowedFd<'static> =
    unsafe { BorrowedFd::borrow_raw(libc::AT_FDCWD) };

/// Lets a file grow beyond what 32 bits can count.
#[cfg(any(target_os = "linux", target_os = "android"))]
const LARGE_FILE: i32 = libc::O_LARGEFILE;
#[cfg(not(any(target_os = "linux", target_os = "android")))]
const LARGE_FILE: i32 = 0;

/// How a directory on a path is opened.
pub(crate) const DIRECTORY: i32 = libc::O_DIRECTORY | libc::O_NOFOLLOW;

/// Opens a file, close-on-exec. A file that is made gets this mode, less the umask.
#[inline(never)]
pub(crate) fn open_at(
    directory: BorrowedFd<'_>,
    name: &CStr,
    flags: i32,
    mode: u32,
) -> Answer<OwnedFd> {
    let flags = flags | libc::O_CLOEXEC | LARGE_FILE;
    let mut chances = 100;
    loop {
        // SAFETY: the name ends with NUL and lives through the call, and a descriptor that it
        // returns is new and ours.
        let opened = unsafe {
            let opened = libc::openat(directory.as_raw_fd(), name.as_ptr(), flags, mode);
            Errno::result(opened).map(|new| OwnedFd::from_raw_fd(new))
        };
        match opened {
            Err(Errno::EINTR) => {}
            // With `O_NONBLOCK`: somebody has a lease on the file, such as a file server, and has
            // just been asked to give it up. See fcntl(2).
            Err(Errno::EAGAIN) if chances > 0 => {
                chances -= 1;
                pause();
            }
            opened => return opened,
        }
    }
}

/// Makes a directory.
pub(crate) fn make_directory_at(directory: BorrowedFd<'_>, name: &CStr, mode: u32) -> Answer<()> {
    #[allow(clippy::cast_possible_truncation, reason = "narrower than `u32` on some platforms")]
    let mode = mode as libc::mode_t;
    retry_interrupted(|| {
        // SAFETY: the name ends with NUL and lives through the call.
        let result = unsafe { libc::mkdirat(directory.as_raw_fd(), name.as_ptr(), mode) };
        Errno::result(result).map(drop)
    })
}

/// Removes a name, which is that of an empty directory or of anything else.
pub(crate) fn remove_at(directory: BorrowedFd<'_>, name: &CStr, is_directory: bool) -> Answer<()> {
    let flags = if is_directory { libc::AT_REMOVEDIR } else { 0 };
    retry_interrupted(|| {
        // SAFETY: the name ends with NUL and lives through the call.
        let removed = unsafe { libc::unlinkat(directory.as_raw_fd(), name.as_ptr(), flags) };
        Errno::result(removed).map(drop)
    })
}

/// Makes a descriptor lead to an open file. It is not close-on-exec then.
pub(crate) fn duplicate_onto(file: BorrowedFd<'_>, descriptor: RawFd) -> Answer<()> {
    // SAFETY: the descriptor is one of the standard ones, which nobody closes.
    Errno::result(unsafe { libc::dup2(file.as_raw_fd(), descriptor) }).map(drop)
}

/// Sets those flags of an open file that can be changed, such as `O_APPEND`.
pub(crate) fn set_status_flags(file: &impl AsFd, flags: i32) -> Answer<()> {
    let file = file.as_fd().as_raw_fd();
    retry_interrupted(|| {
        // SAFETY: the descriptor is open, and the command takes a number.
        Errno::result(unsafe { libc::fcntl(file, libc::F_SETFL, flags) }).map(drop)
    })
}

/// Writes a short text at the beginning of a file. A part of it would be another text, and is an
/// error.
pub(crate) fn write_at_start(file: &File, text: &[u8]) -> Answer<()> {
    let written = retry_interrupted(|| {
        // SAFETY: the descriptor is open, and pointer and length belong to one slice.
        Errno::result(unsafe {
            libc::pwrite(file.as_raw_fd(), text.as_ptr().cast(), text.len(), 0)
        })
    })?;
    if written.unsigned_abs() < text.len() { Err(Errno::ENOSPC) } else { Ok(()) }
}

/// Reads from the beginning of a file; how much was read.
pub(crate) fn read_at_start(file: &File, text: &mut [u8]) -> Answer<usize> {
    retry_interrupted(|| {
        // SAFETY: the descriptor is open, and pointer and length belong to one slice that is ours.
        Errno::result(unsafe {
            libc::pread(file.as_raw_fd(), text.as_mut_ptr().cast(), text.len(), 0)
        })
    })
    .map(isize::unsigned_abs)
}

/// Reads on in a file; how much was read.
pub(crate) fn read_on(file: &File, text: &mut [u8]) -> Answer<usize> {
    retry_interrupted(|| {
        // SAFETY: the descriptor is open, and pointer and length belong to one slice that is ours.
        Errno::result(unsafe { libc::read(file.as_raw_fd(), text.as_mut_ptr().cast(), text.len()) })
    })
    .map(isize::unsigned_abs)
}

/// Leaves nothing in a file.
pub(crate) fn empty(file: &File) -> Answer<()> {
    retry_interrupted(|| {
        // SAFETY: the descriptor is open, and no memory is touched.
        Errno::result(unsafe { libc::ftruncate(file.as_raw_fd(), 0) }).map(drop)
    })
}

/// Sets the permissions of a file.
pub(crate) fn set_mode(file: &File, mode: u32) -> Answer<()> {
    #[allow(clippy::cast_possible_truncation, reason = "narrower than `u32` on some platforms")]
    let mode = mode as libc::mode_t;
    retry_interrupted(|| {
        // SAFETY: the descriptor is open, and no memory is touched.
        Errno::result(unsafe { libc::fchmod(file.as_raw_fd(), mode) }).map(drop)
    })
}

/// Gives a file to a user and a group; `None` leaves either as it is.
pub(crate) fn change_owner(file: &impl AsFd, user: Option<u32>, group: Option<u32>) -> Answer<()> {
    let file = file.as_fd().as_raw_fd();
    let (user, group) = (user.unwrap_or(u32::MAX), group.unwrap_or(u32::MAX));
    retry_interrupted(|| {
        // SAFETY: the descriptor is open, and no memory is touched.
        Errno::result(unsafe { libc::fchown(file, user, group) }).map(drop)
    })
}
