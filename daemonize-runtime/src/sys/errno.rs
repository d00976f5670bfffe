//! The numbers by which the system says why it refuses.

use std::io;

/// Why the system has refused a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Errno(i32);

/// What the operating system answers.
pub(crate) type Answer<T> = Result<T, Errno>;

/// Names for numbers.
macro_rules! numbers {
    ($($name:ident)*) => {
        #[allow(dead_code, reason = "some are for some platforms")]
        impl Errno {
            $(pub(crate) const $name: Self = Self(libc::$name);)*
        }
    };
}

numbers! {
    EACCES EAGAIN EBADF EEXIST EINTR EINVAL EIO EISDIR ELOOP ENAMETOOLONG ENOENT ENOMEM ENOSPC ENOSYS
    ENOTDIR ENXIO EOVERFLOW EPERM ESRCH
}

/// What a call returns: -1 when it is refused.
pub(crate) trait Returned: Copy + PartialEq {
    const REFUSED: Self;
}

impl Returned for i32 {
    const REFUSED: Self = -1;
}

impl Returned for i64 {
    const REFUSED: Self = -1;
}

impl Returned for isize {
    const REFUSED: Self = -1;
}

impl Errno {
    /// What a call has answered.
    pub(crate) fn result<T: Returned>(returned: T) -> Answer<T> {
        if returned == T::REFUSED { Err(Self::last()) } else { Ok(returned) }
    }

    /// Why the last call of this thread was refused.
    pub(crate) fn last() -> Self {
        Self(Self::last_raw())
    }

    pub(crate) fn from_raw(number: i32) -> Self {
        Self(number)
    }

    pub(crate) fn number(self) -> i32 {
        self.0
    }

    pub(crate) fn last_raw() -> i32 {
        // SAFETY: `errno` is this thread's own, and always there.
        unsafe { *place() }
    }

    pub(crate) fn set_raw(number: i32) {
        // SAFETY: `errno` is this thread's own, and always there.
        unsafe { *place() = number };
    }

    /// The reason in words, for a signal handler, which must not call strerror(3). These are the
    /// reasons why a file cannot be opened.
    #[inline]
    pub(crate) fn desc(self) -> &'static str {
        match self.0 {
            libc::EACCES => "Permission denied",
            libc::EBADF => "Bad file descriptor",
            libc::EBUSY => "Device or resource busy",
            libc::EDQUOT => "Disk quota exceeded",
            libc::EEXIST => "File exists",
            libc::EINVAL => "Invalid argument",
            libc::EIO => "Input/output error",
            libc::EISDIR => "Is a directory",
            libc::ELOOP => "Too many levels of symbolic links",
            libc::EMFILE => "Too many open files",
            libc::ENAMETOOLONG => "File name too long",
            libc::ENFILE => "Too many open files in system",
            libc::ENODEV => "No such device",
            libc::ENOENT => "No such file or directory",
            libc::ENOMEM => "Cannot allocate memory",
            libc::ENOSPC => "No space left on device",
            libc::ENOTCONN => "Transport endpoint is not connected",
            libc::ENOTDIR => "Not a directory",
            libc::ENXIO => "No such device or address",
            libc::EOVERFLOW => "Value too large for defined data type",
            libc::EPERM => "Operation not permitted",
            libc::EROFS => "Read-only file system",
            libc::ESTALE => "Stale file handle",
            libc::ETXTBSY => "Text file busy",
            _ => "the system refuses it",
        }
    }
}

impl From<Errno> for io::Error {
    fn from(Errno(number): Errno) -> Self {
        Self::from_raw_os_error(number)
    }
}

/// The number in an error of std.
#[cold]
#[inline(never)]
#[expect(clippy::needless_pass_by_value, reason = "no caller is to drop it, which is much code")]
pub(crate) fn errno_of(error: io::Error) -> Errno {
    error.raw_os_error().map_or(Errno::EIO, Errno::from_raw)
}

/// The address of `errno` in this thread.
fn place() -> *mut i32 {
    // SAFETY: has no preconditions.
    unsafe {
        #[cfg(any(target_os = "linux", target_os = "dragonfly", target_os = "hurd"))]
        return libc::__errno_location();
        #[cfg(any(target_os = "android", target_os = "netbsd", target_os = "openbsd"))]
        return libc::__errno();
        #[cfg(any(target_vendor = "apple", target_os = "freebsd"))]
        return libc::__error();
        #[cfg(any(target_os = "solaris", target_os = "illumos"))]
        return libc::___errno();
        #[cfg(target_os = "haiku")]
        return libc::_errnop();
    }
}
