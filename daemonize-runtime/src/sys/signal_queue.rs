//! Signals that come over a descriptor, and can be waited for together with messages.

use std::os::fd::{AsFd, BorrowedFd};

use super::{Answer, SignalSet};

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
pub(crate) struct SignalQueue(std::os::fd::OwnedFd);

#[cfg(any(target_os = "linux", target_os = "android"))]
impl SignalQueue {
    pub(crate) fn of(signals: &SignalSet) -> Answer<Self> {
        use super::Errno;
        let flags = libc::SFD_NONBLOCK | libc::SFD_CLOEXEC;
        // SAFETY: the set lives through the call, and a descriptor that it returns is new and ours.
        unsafe {
            let descriptor = Errno::result(libc::signalfd(-1, signals.as_ptr(), flags))?;
            Ok(Self(std::os::fd::FromRawFd::from_raw_fd(descriptor)))
        }
    }

    /// The next one that has come already.
    pub(crate) fn next(&self) -> Option<Arrival> {
        use std::os::fd::AsRawFd;

        use libc::{SI_QUEUE, SI_TKILL, SI_USER, signalfd_siginfo};
        let mut details = std::mem::MaybeUninit::<signalfd_siginfo>::zeroed();
        let size = size_of::<signalfd_siginfo>();
        // SAFETY: the details are written to memory that is ours and of this size, and all-zero is
        // a valid value of them.
        let (length, details) = unsafe {
            let length = libc::read(self.0.as_raw_fd(), details.as_mut_ptr().cast(), size);
            (length, details.assume_init())
        };
        if usize::try_from(length) != Ok(size) {
            return None;
        }
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
    pub(crate) fn of(_signals: &SignalSet) -> Answer<Self> {
        Err(super::Errno::ENOSYS)
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
