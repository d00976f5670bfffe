//! A request to end with a time limit: a signal that carries a number, like that of sigqueue(3).
//! Only Linux can send it to a process by its handle.

use std::os::fd::OwnedFd;
use std::time::Duration;

use super::{Answer, Signal, SignalSet};

/// Sends the request; without the time limit where that cannot go along.
#[cfg(target_os = "linux")]
#[inline]
pub(crate) fn request_process(
    pid: i32,
    handle: Option<&OwnedFd>,
    signal: Signal,
    limit: Duration,
) -> Answer<()> {
    use super::Errno;
    let Some(handle) = handle else { return super::signal_process(pid, None, Some(signal)) };
    let handle = std::os::fd::AsRawFd::as_raw_fd(handle);
    let details = Details::new(signal.number(), limit);
    // SAFETY: the handle is open, and the details are of the form and the size that the kernel
    // reads.
    let sent = unsafe {
        libc::syscall(libc::SYS_pidfd_send_signal, handle, signal.number(), &raw const details, 0)
    };
    Errno::result(sent).map(drop)
}

/// Sends the request, without the time limit.
#[cfg(not(target_os = "linux"))]
#[inline]
pub(crate) fn request_process(
    pid: i32,
    handle: Option<&OwnedFd>,
    signal: Signal,
    _limit: Duration,
) -> Answer<()> {
    super::signal_process(pid, handle, Some(signal))
}

/// Waits for one of these signals, which are blocked, and for the time limit that goes along with
/// it, if one does. Does not wait longer than it may.
#[cfg(target_os = "linux")]
#[inline]
pub(crate) fn wait_for_request(
    signals: &SignalSet,
    patience: Option<Duration>,
) -> Option<(Signal, Option<Duration>)> {
    let mut details = std::mem::MaybeUninit::<libc::siginfo_t>::zeroed();
    let patience = patience.map(super::timespec);
    let patience = patience.as_ref().map_or(std::ptr::null(), std::ptr::from_ref);
    // SAFETY: set and time live through the call, and no time stands for no limit. The details are
    // written to memory that is ours, and all-zero is a valid value of them. The number is there
    // with this code.
    unsafe {
        let signal = libc::sigtimedwait(signals.as_ptr(), details.as_mut_ptr(), patience);
        let details = details.assume_init();
        let number =
            if details.si_code == libc::SI_QUEUE { details.si_value().sival_ptr.addr() } else { 0 };
        Some((Signal::of(signal)?, limit_of(number)))
    }
}

/// Waits for one of these signals, which are blocked. No time limit goes along with it here.
#[cfg(not(target_os = "linux"))]
#[inline]
pub(crate) fn wait_for_request(
    signals: &SignalSet,
    patience: Option<Duration>,
) -> Option<(Signal, Option<Duration>)> {
    super::wait_for_signal(signals, patience).map(|signal| (signal, None))
}

/// A time limit as a number: milliseconds and one, since 0 says nothing. What is beyond the numbers
/// is 49 days.
#[cfg(target_os = "linux")]
#[inline]
fn number_of(limit: Duration) -> u32 {
    u32::try_from(limit.as_millis()).unwrap_or(u32::MAX).saturating_add(1)
}

#[cfg(target_os = "linux")]
#[inline]
fn limit_of(number: usize) -> Option<Duration> {
    let milliseconds = u32::try_from(number).ok()?.checked_sub(1)?;
    Some(Duration::from_millis(milliseconds.into()))
}

/// What the kernel calls a `siginfo` of a queued signal. The library's own has no fields for it
/// that could be written.
#[cfg(target_os = "linux")]
#[repr(C)]
struct Details {
    head: Head,
    sender: Sender,
    /// With the rest it has at least the 128 bytes of every `siginfo`, however wide a pointer is.
    rest: [u64; 16],
}

#[cfg(target_os = "linux")]
#[repr(C)]
struct Head {
    signal: i32,
    #[cfg(not(any(
        target_arch = "mips",
        target_arch = "mips32r6",
        target_arch = "mips64",
        target_arch = "mips64r6"
    )))]
    error: i32,
    code: i32,
    #[cfg(any(
        target_arch = "mips",
        target_arch = "mips32r6",
        target_arch = "mips64",
        target_arch = "mips64r6"
    ))]
    error: i32,
}

#[cfg(target_os = "linux")]
#[repr(C)]
struct Sender {
    pid: i32,
    user: u32,
    /// As wide as a pointer, and aligned like one, which is what places all of this.
    number: usize,
}

#[cfg(target_os = "linux")]
impl Details {
    #[inline]
    fn new(signal: i32, limit: Duration) -> Self {
        let own = std::process::id().cast_signed();
        let number = number_of(limit) as usize;
        Self {
            head: Head { signal, error: 0, code: libc::SI_QUEUE },
            sender: Sender { pid: own, user: super::user(), number },
            rest: [0; 16],
        }
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn the_details_are_laid_out_as_the_library_reads_them() {
        assert!(size_of::<Details>() >= size_of::<libc::siginfo_t>());
        let details = Details::new(libc::SIGTERM, Duration::from_millis(41));
        // SAFETY: they are at least as large, as aligned, and made of numbers.
        let (read, number) = unsafe {
            let read = *(&raw const details).cast::<libc::siginfo_t>();
            (read, read.si_value().sival_ptr.addr())
        };
        assert_eq!((read.si_signo, read.si_code, number), (libc::SIGTERM, libc::SI_QUEUE, 42));
    }

    #[test]
    fn a_time_limit_is_read_as_it_was_written_up_to_49_days() {
        for (limit, read) in [(0, 0), (1, 1), (90_000, 90_000), (1 << 40, (1 << 32) - 2)] {
            let number = number_of(Duration::from_millis(limit)) as usize;
            assert_eq!(limit_of(number), Some(Duration::from_millis(read)));
        }
        assert_eq!(limit_of(0), None);
        // On 32 bits there is no number that is too large.
        #[cfg(target_pointer_width = "64")]
        assert_eq!(limit_of(usize::MAX), None);
    }
}
