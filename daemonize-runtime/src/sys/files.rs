//! What files of this process have in common: mask, largest size, working directory.

use nix::libc;

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
