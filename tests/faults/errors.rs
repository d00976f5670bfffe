//! The errors with which a system call can fail, by what the call does.
//!
//! They are the errors that a correct caller can get: from the manual pages, from quotas, from
//! network and FUSE file systems, and from the filters of containers. EBADF and EFAULT are missing,
//! since they mean a mistake of the caller.

use nix::libc::{
    EACCES, EAFNOSUPPORT, EAGAIN, EBUSY, ECHILD, ECONNRESET, EDQUOT, EEXIST, EFBIG, EINTR, EINVAL,
    EIO, EISDIR, ELOOP, EMFILE, ENAMETOOLONG, ENFILE, ENOBUFS, ENODEV, ENOENT, ENOLCK, ENOMEM,
    ENOSPC, ENOSYS, ENOTDIR, ENXIO, EOPNOTSUPP, EOVERFLOW, EPERM, EPIPE, ERANGE, EROFS, ESRCH,
    ESTALE, c_int,
};

/// Open or create a file.
#[rustfmt::skip]
pub(crate) const OPEN: &[c_int] = &[
    EINTR, EAGAIN, ENOMEM, EMFILE, ENFILE, ENOSPC, EDQUOT, EIO, EACCES, EPERM, EROFS,
    ENOENT, ENOTDIR, EISDIR, EEXIST, ELOOP, ENAMETOOLONG, ENXIO, ENODEV, ESTALE, ENOSYS,
];

/// Read the metadata of a file.
pub(crate) const LOOK: &[c_int] = &[
    EINTR,
    ENOMEM,
    EIO,
    EACCES,
    EPERM,
    ENOENT,
    ENOTDIR,
    ELOOP,
    ENAMETOOLONG,
    ESTALE,
    EOVERFLOW,
    ENOSYS,
];

/// Read from a file.
pub(crate) const READ: &[c_int] = &[EINTR, EAGAIN, ENOMEM, EIO, ESTALE, ESRCH];

/// Write to a file.
pub(crate) const WRITE: &[c_int] =
    &[EINTR, EAGAIN, ENOMEM, ENOSPC, EDQUOT, EIO, EFBIG, EPERM, EROFS, ENOLCK, ESTALE];

/// Send to a local socket.
pub(crate) const SEND: &[c_int] = &[EINTR, EAGAIN, ENOMEM, ENOBUFS, EPIPE, ECONNRESET, EPERM];

/// Truncate or remove a file, or change its mode or owner.
pub(crate) const CHANGE_FILE: &[c_int] = &[
    EINTR, ENOMEM, ENOSPC, EDQUOT, EIO, EFBIG, EACCES, EPERM, EROFS, EINVAL, EOPNOTSUPP, ESTALE,
    ENOSYS,
];

/// Create a directory.
pub(crate) const MAKE_DIRECTORY: &[c_int] = &[
    EINTR,
    ENOMEM,
    ENOSPC,
    EDQUOT,
    EIO,
    EACCES,
    EPERM,
    EROFS,
    ENOENT,
    ENOTDIR,
    ELOOP,
    ENAMETOOLONG,
    ESTALE,
    ENOSYS,
];

/// Lock a file.
pub(crate) const LOCK: &[c_int] =
    &[EINTR, EAGAIN, ENOMEM, ENOLCK, EIO, EACCES, EPERM, EINVAL, EOPNOTSUPP, ESTALE, ENOSYS];

/// Create a socket or a pipe.
pub(crate) const CONNECT: &[c_int] =
    &[ENOMEM, ENOBUFS, EMFILE, ENFILE, EACCES, EPERM, EAFNOSUPPORT, EOPNOTSUPP, ENOSYS];

/// Create a process.
pub(crate) const FORK: &[c_int] = &[EAGAIN, ENOMEM, EPERM, EINVAL, ENOSPC, ENOSYS];

/// Change the working or root directory.
pub(crate) const ENTER: &[c_int] =
    &[EINTR, ENOMEM, EIO, EACCES, EPERM, ENOENT, ENOTDIR, ELOOP, ENAMETOOLONG, ESTALE, ENOSYS];

/// Duplicate a descriptor.
pub(crate) const DUPLICATE: &[c_int] = &[EINTR, EBUSY, ENOMEM, EMFILE];

/// Change user or group IDs.
pub(crate) const CHANGE_IDENTITY: &[c_int] = &[EAGAIN, ENOMEM, EPERM, EINVAL, ENOSYS];

/// Map memory.
pub(crate) const MAP: &[c_int] = &[ENOMEM];

/// Receive from a local socket whose other end is open.
pub(crate) const RECEIVE: &[c_int] = &[EINTR, EAGAIN, ENOMEM, ENOBUFS, EIO, EPERM];

/// Shut down one direction of a local socket.
pub(crate) const HANG_UP: &[c_int] = &[EPERM, ENOBUFS];

/// Signal a process of the same user.
pub(crate) const KILL: &[c_int] = &[EPERM, EINTR, EIO];

/// Open a process by its PID, as a pidfd.
pub(crate) const OPEN_PROCESS: &[c_int] = &[EMFILE, ENFILE, ENOMEM, ENODEV, EPERM, EINVAL, ENOSYS];

/// Sleep until the time is over or a signal comes.
pub(crate) const PASS_TIME: &[c_int] = &[EINTR];

/// Calls that cannot fail, or whose failure does not matter.
pub(crate) const UNFAILING: &[c_int] = &[];

/// Read the working directory.
pub(crate) const LOCATE: &[c_int] = &[ENOMEM, EACCES, ENOENT, ERANGE];

/// Wait for descriptors.
pub(crate) const POLL: &[c_int] = &[EINTR, EAGAIN, ENOMEM, EINVAL];

/// Wait for a child.
pub(crate) const WAIT: &[c_int] = &[EINTR, ECHILD, EPERM, ENOSYS];

/// Change the flags of a descriptor.
pub(crate) const FLAG: &[c_int] = &[EINTR, EAGAIN, EPERM, EINVAL];

/// Calls that some kernels lack and some filters forbid.
pub(crate) const UNSUPPORTED: &[c_int] = &[EPERM, EINVAL, ENOSYS];

/// Change the session or the process group, which the leader of a group cannot do.
pub(crate) const LEAVE: &[c_int] = &[EPERM, ENOSYS];
