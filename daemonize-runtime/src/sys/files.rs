//! What files are, and what those of this process have in common: mask, largest size, working
//! directory. By the 64-bit calls, like std: on 32 bits the others refuse files with large inode
//! numbers and sizes (EOVERFLOW).

use std::ffi::CStr;
use std::fs::{self, Metadata};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, RawFd};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use super::{Answer, Errno, errno_of, retry_interrupted};
#[cfg(not(target_os = "linux"))]
use libc::{fstat, fstatat, stat};
#[cfg(target_os = "linux")]
use libc::{fstat64 as fstat, fstatat64 as fstatat, stat64 as stat};

/// Device and inode: what makes two paths the same file.
pub(crate) type Identity = (u64, u64);

pub(crate) fn identity_of(metadata: &Metadata) -> Identity {
    (metadata.dev(), metadata.ino())
}

/// What the kernel says about a file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FileStatus {
    pub(crate) identity: Identity,
    /// Kind and permissions.
    pub(crate) mode: u32,
    pub(crate) owner: u32,
    /// How many names it has.
    pub(crate) names: u64,
    pub(crate) length: u64,
    /// Which device it stands for, if it does.
    device: u64,
}

impl FileStatus {
    #[allow(
        clippy::unnecessary_cast,
        clippy::useless_conversion,
        clippy::cast_sign_loss,
        reason = "the types differ from platform to platform; lengths are not negative"
    )]
    fn of(status: &stat) -> Self {
        Self {
            identity: (status.st_dev as u64, status.st_ino as u64),
            mode: status.st_mode.into(),
            owner: status.st_uid,
            names: status.st_nlink.into(),
            length: status.st_size as u64,
            device: status.st_rdev as u64,
        }
    }

    pub(crate) fn is_link(&self) -> bool {
        self.is_of_kind(libc::S_IFLNK)
    }

    pub(crate) fn is_directory(&self) -> bool {
        self.is_of_kind(libc::S_IFDIR)
    }

    pub(crate) fn is_regular(&self) -> bool {
        self.is_of_kind(libc::S_IFREG)
    }

    /// Whether it is the null device, and not something that stands in its place.
    pub(crate) fn is_null(&self) -> bool {
        self.is_of_kind(libc::S_IFCHR) && super::is_null_device(self.device)
    }

    #[allow(clippy::useless_conversion, reason = "narrower than `u32` on some platforms")]
    fn is_of_kind(&self, kind: libc::mode_t) -> bool {
        self.mode & u32::from(libc::S_IFMT) == kind.into()
    }
}

/// What an open file is. Async-signal-safe, as is everything here that takes or gives such a
/// status.
pub(crate) fn status_of(file: &impl AsFd) -> Answer<FileStatus> {
    status_of_number(file.as_fd().as_raw_fd())
}

/// What a descriptor leads to that nobody here owns, and that may be closed.
#[inline(never)]
pub(crate) fn status_of_number(descriptor: RawFd) -> Answer<FileStatus> {
    // SAFETY: a closed descriptor is refused, and the status is written to memory that is ours.
    ask(|status| unsafe { fstat(descriptor, status) })
}

/// What stands under a name in a directory. A symbolic link is not followed.
#[inline(never)]
pub(crate) fn status_at(directory: BorrowedFd<'_>, name: &CStr) -> Answer<FileStatus> {
    let (directory, flags) = (directory.as_raw_fd(), libc::AT_SYMLINK_NOFOLLOW);
    // SAFETY: the name ends with NUL, and the status is written to memory that is ours.
    ask(|status| unsafe { fstatat(directory, name.as_ptr(), status, flags) })
}

/// What a path leads to.
#[inline(never)]
pub(crate) fn metadata(path: &Path) -> Answer<Metadata> {
    retry_interrupted(|| fs::metadata(path).map_err(errno_of))
}

/// Asks by a call that fills a status.
fn ask(mut call: impl FnMut(*mut stat) -> i32) -> Answer<FileStatus> {
    let mut status = MaybeUninit::<stat>::zeroed();
    retry_interrupted(|| Errno::result(call(status.as_mut_ptr())))?;
    // SAFETY: all-zero is a valid value of it, and so is what the call has written.
    Ok(FileStatus::of(unsafe { status.assume_init_ref() }))
}

/// Reads the target of a symbolic link, and returns its length. If it does not fit, that is an
/// error.
#[inline]
pub(crate) fn read_link_at(
    directory: BorrowedFd<'_>,
    name: &CStr,
    target: &mut [u8],
) -> Answer<usize> {
    let (directory, room) = (directory.as_raw_fd(), target.len());
    let length = retry_interrupted(|| {
        // SAFETY: the name ends with NUL, and the memory is ours and as long as it is said to be.
        Errno::result(unsafe {
            libc::readlinkat(directory, name.as_ptr(), target.as_mut_ptr().cast(), room)
        })
    })?;
    let length = length.unsigned_abs();
    if length < room { Ok(length) } else { Err(Errno::ENAMETOOLONG) }
}

/// Whether files may not grow beyond a size: then a write can be answered with a deadly signal.
pub(crate) fn is_file_size_limited() -> bool {
    let mut limit = libc::rlimit { rlim_cur: libc::RLIM_INFINITY, rlim_max: libc::RLIM_INFINITY };
    // SAFETY: the limit is written to memory that is ours.
    unsafe { libc::getrlimit(libc::RLIMIT_FSIZE, &raw mut limit) };
    limit.rlim_cur != libc::RLIM_INFINITY
}

/// Whether the working directory is the root.
pub(crate) fn is_in_root() -> bool {
    let mut path = [0_u8; 2];
    // SAFETY: the memory is ours and of the length that is told; longer paths are refused.
    let told = unsafe { libc::getcwd(path.as_mut_ptr().cast(), path.len()) };
    !told.is_null() && path == *b"/\0"
}

/// Sets the file mode creation mask, and returns the old one.
pub(crate) fn set_umask(mask: u32) -> u32 {
    // SAFETY: `umask` has no preconditions and cannot fail.
    #[allow(clippy::useless_conversion, reason = "narrower than `u32` on some platforms")]
    unsafe {
        // What does not fit was refused: a mask has nine bits.
        libc::umask(mask.try_into().unwrap_or_default()).into()
    }
}
