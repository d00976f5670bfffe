//! Process ids, and what is asked of processes by them.

use std::fmt;

use super::{Answer, Errno, Signal};

/// The number of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pid(i32);

impl Pid {
    pub(crate) fn from_raw(number: i32) -> Self {
        Self(number)
    }

    pub(crate) fn as_raw(self) -> i32 {
        self.0
    }
}

impl fmt::Display for Pid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// This process.
pub(crate) fn getpid() -> Pid {
    // SAFETY: has no preconditions and cannot fail.
    Pid(unsafe { libc::getpid() })
}

/// Its parent.
pub(crate) fn getppid() -> Pid {
    // SAFETY: has no preconditions and cannot fail.
    Pid(unsafe { libc::getppid() })
}

/// Starts a session; its number.
pub(crate) fn setsid() -> Answer<Pid> {
    // SAFETY: has no preconditions.
    Errno::result(unsafe { libc::setsid() }).map(Pid)
}

/// Puts a process into a process group.
#[inline]
pub(crate) fn setpgid(process: Pid, group: Pid) -> Answer<()> {
    // SAFETY: takes numbers.
    Errno::result(unsafe { libc::setpgid(process.0, group.0) }).map(drop)
}

/// The process group of a process.
#[inline]
pub(crate) fn getpgid(process: Pid) -> Answer<Pid> {
    // SAFETY: takes a number.
    Errno::result(unsafe { libc::getpgid(process.0) }).map(Pid)
}

/// The session of a process.
#[inline]
pub(crate) fn getsid(process: Pid) -> Answer<Pid> {
    // SAFETY: takes a number.
    Errno::result(unsafe { libc::getsid(process.0) }).map(Pid)
}

/// Signals a process.
#[inline]
pub(crate) fn kill(process: Pid, signal: Signal) -> Answer<()> {
    // SAFETY: takes numbers.
    Errno::result(unsafe { libc::kill(process.0, signal.number()) }).map(drop)
}

/// Signals this thread.
pub(crate) fn raise(signal: Signal) {
    // SAFETY: takes a number.
    unsafe { libc::raise(signal.number()) };
}

/// Signals a process group; without a signal, asks whether there is such a group.
#[inline]
pub(crate) fn killpg(group: Pid, signal: impl Into<Option<Signal>>) -> Answer<()> {
    let number = signal.into().map_or(0, Signal::number);
    // SAFETY: takes numbers.
    Errno::result(unsafe { libc::killpg(group.0, number) }).map(drop)
}
