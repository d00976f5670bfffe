//! Signals that come over a descriptor, so that they can be waited for together with messages.

use std::os::fd::{AsFd, BorrowedFd};

use nix::sys::signal::SigSet;

/// A signal that has come.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Arrival {
    pub(crate) number: i32,
    /// Whether a process has sent it. The kernel sends those of a terminal, of timers and of
    /// children.
    pub(crate) is_sent: bool,
}

/// The signals of a set, which has to be blocked. See signalfd(2).
#[cfg(any(target_os = "linux", target_os = "android"))]
#[derive(Debug)]
pub(crate) struct SignalQueue(nix::sys::signalfd::SignalFd);

#[cfg(any(target_os = "linux", target_os = "android"))]
impl SignalQueue {
    pub(crate) fn of(signals: &SigSet) -> nix::Result<Self> {
        use nix::sys::signalfd::{SfdFlags, SignalFd};
        let flags = SfdFlags::SFD_NONBLOCK | SfdFlags::SFD_CLOEXEC;
        SignalFd::with_flags(signals, flags).map(Self)
    }

    /// The next one that has come already.
    pub(crate) fn next(&self) -> Option<Arrival> {
        use nix::libc::{SI_QUEUE, SI_TKILL, SI_USER};
        let details = self.0.read_signal().ok()??;
        let number = details.ssi_signo.try_into().ok()?;
        Some(Arrival { number, is_sent: [SI_USER, SI_QUEUE, SI_TKILL].contains(&details.ssi_code) })
    }
}

#[cfg(any(target_os = "linux", target_os = "android"))]
impl AsFd for SignalQueue {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

/// The signals of a set: no descriptor has them here.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
#[derive(Debug)]
pub(crate) enum SignalQueue {}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
impl SignalQueue {
    pub(crate) fn of(_signals: &SigSet) -> nix::Result<Self> {
        Err(nix::errno::Errno::ENOSYS)
    }

    pub(crate) fn next(&self) -> Option<Arrival> {
        match *self {}
    }
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
impl AsFd for SignalQueue {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match *self {}
    }
}
