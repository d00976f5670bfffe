//! The monotonic clock, which nobody sets.

use std::time::Duration;

/// The time since the system was started, as service managers count it. Async-signal-safe.
pub(crate) fn monotonic_time() -> Duration {
    let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the time is written to memory that is ours.
    unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &raw mut now) };
    let seconds = now.tv_sec.try_into().unwrap_or_default();
    Duration::new(seconds, now.tv_nsec.try_into().unwrap_or_default())
}
