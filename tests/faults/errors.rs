//! With which errors a system call can fail, by what it does.
//!
//! The errors are those that a correct caller can meet: from the manual pages, from file systems
//! with quotas, over a network or of FUSE, and from the filters of containers. Not among them are
//! EBADF and EFAULT, which answer to mistakes.

use nix::libc::{
    EACCES, EAFNOSUPPORT, EAGAIN, EBUSY, ECHILD, ECONNRESET, EDQUOT, EEXIST, EFBIG, EINTR, EINVAL,
    EIO, EISDIR, ELOOP, EMFILE, ENAMETOOLONG, ENFILE, ENOBUFS, ENODEV, ENOENT, ENOLCK, ENOMEM,
    ENOSPC, ENOSYS, ENOTDIR, ENXIO, EOPNOTSUPP, EOVERFLOW, EPERM, EPIPE, ERANGE, EROFS, ESRCH,
    ESTALE, c_int,
};

/// To find a file, and open or make it.
#[rustfmt::skip]
pub(crate) const OPEN: &[c_int] = &[
    EINTR, EAGAIN, ENOMEM, EMFILE, ENFILE, ENOSPC, EDQUOT, EIO, EACCES, EPERM, EROFS,
    ENOENT, ENOTDIR, EISDIR, EEXIST, ELOOP, ENAMETOOLONG, ENXIO, ENODEV, ESTALE, ENOSYS,
];

/// To find a file, and read what it is.
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

/// To read from a file.
pub(crate) const READ: &[c_int] = &[EINTR, EAGAIN, ENOMEM, EIO, ESTALE, ESRCH];

/// To write to a file.
pub(crate) const WRITE: &[c_int] =
    &[EINTR, EAGAIN, ENOMEM, ENOSPC, EDQUOT, EIO, EFBIG, EPERM, EROFS, ENOLCK, ESTALE];

/// To send to a local socket.
pub(crate) const SEND: &[c_int] = &[EINTR, EAGAIN, ENOMEM, ENOBUFS, EPIPE, ECONNRESET, EPERM];

/// To change length, mode, owner or existence of a file.
pub(crate) const CHANGE_FILE: &[c_int] = &[
    EINTR, ENOMEM, ENOSPC, EDQUOT, EIO, EFBIG, EACCES, EPERM, EROFS, EINVAL, EOPNOTSUPP, ESTALE,
    ENOSYS,
];

/// To make a directory.
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

/// To lock a file.
pub(crate) const LOCK: &[c_int] =
    &[EINTR, EAGAIN, ENOMEM, ENOLCK, EIO, EACCES, EPERM, EINVAL, EOPNOTSUPP, ESTALE, ENOSYS];

/// To make a socket or a pipe.
pub(crate) const CONNECT: &[c_int] =
    &[ENOMEM, ENOBUFS, EMFILE, ENFILE, EACCES, EPERM, EAFNOSUPPORT, EOPNOTSUPP, ENOSYS];

/// To make a process.
pub(crate) const FORK: &[c_int] = &[EAGAIN, ENOMEM, EPERM, EINVAL, ENOSPC, ENOSYS];

/// To enter a directory.
pub(crate) const ENTER: &[c_int] =
    &[EINTR, ENOMEM, EIO, EACCES, EPERM, ENOENT, ENOTDIR, ELOOP, ENAMETOOLONG, ESTALE, ENOSYS];

/// To give a descriptor another number.
pub(crate) const DUPLICATE: &[c_int] = &[EINTR, EBUSY, ENOMEM, EMFILE];

/// To become another user or group.
pub(crate) const CHANGE_IDENTITY: &[c_int] = &[EAGAIN, ENOMEM, EPERM, EINVAL, ENOSYS];

/// To get memory.
pub(crate) const MAP: &[c_int] = &[ENOMEM];

/// To receive from a local socket whose other end is open.
pub(crate) const RECEIVE: &[c_int] = &[EINTR, EAGAIN, ENOMEM, ENOBUFS, EIO, EPERM];

/// To end one direction of a local socket.
pub(crate) const HANG_UP: &[c_int] = &[EPERM, ENOBUFS];

/// To signal a process of one's own.
pub(crate) const KILL: &[c_int] = &[EPERM, EINTR, EIO];

/// To get a handle of a process.
pub(crate) const OPEN_PROCESS: &[c_int] = &[EMFILE, ENFILE, ENOMEM, ENODEV, EPERM, EINVAL, ENOSYS];

/// To let time pass, unless a signal comes.
pub(crate) const PASS_TIME: &[c_int] = &[EINTR];

/// To do what cannot fail, or not so that it matters.
pub(crate) const UNFAILING: &[c_int] = &[];

/// To ask where one is.
pub(crate) const LOCATE: &[c_int] = &[EINTR, ENOMEM, EACCES, ENOENT, ERANGE];

/// To wait for descriptors.
pub(crate) const POLL: &[c_int] = &[EINTR, EAGAIN, ENOMEM, EINVAL];

/// To wait for a child.
pub(crate) const WAIT: &[c_int] = &[EINTR, ECHILD, EPERM, ENOSYS];

/// To change the flags of a descriptor.
pub(crate) const FLAG: &[c_int] = &[EINTR, EAGAIN, EPERM, EINVAL];

/// To do what some kernels cannot, and some filters forbid.
pub(crate) const UNSUPPORTED: &[c_int] = &[EPERM, EINVAL, ENOSYS];

/// To leave the session: a leader of a group must not.
pub(crate) const LEAVE: &[c_int] = &[EPERM, ENOSYS];
