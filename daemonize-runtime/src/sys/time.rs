//! Until when to wait. Users give times of any size, so every sum is checked, here and nowhere
//! else.

use std::time::Duration;

use super::monotonic_time;

/// The longest single wait. What lasts longer is waited for in pieces: callers look again anyway,
/// and the kernel's own counters are smaller than a [`Duration`].
const LONGEST_WAIT: Duration = Duration::from_secs(24 * 60 * 60);

/// The end of a time limit, by the clock that nobody sets; never, when it is beyond what that can
/// count. Not an `Instant`, whose code for a clock that fails is larger than all of this.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadline(Option<Duration>);

impl Deadline {
    /// The end of a time limit that begins now.
    pub(crate) fn after(limit: Duration) -> Self {
        Self(monotonic_time().checked_add(limit))
    }

    /// How long to wait before the next look: what is left, but at most a day.
    pub(crate) fn left(self) -> Duration {
        let left = self.0.map(|end| end.saturating_sub(monotonic_time()));
        left.unwrap_or(LONGEST_WAIT).min(LONGEST_WAIT)
    }

    pub(crate) fn has_passed(self) -> bool {
        self.left().is_zero()
    }

    /// Whichever of the two comes first.
    #[inline]
    pub(crate) fn earlier(self, other: Self) -> Self {
        let ends = [self, other].into_iter().filter_map(|Self(end)| end);
        Self(ends.min())
    }
}

/// A time as the kernel takes it.
#[cfg(any(
    target_os = "linux",
    target_os = "android",
    target_os = "freebsd",
    target_os = "netbsd"
))]
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_lossless,
    clippy::cast_possible_wrap,
    reason = "the types differ from platform to platform; nobody waits for longer than a day"
)]
pub(crate) fn timespec(time: Duration) -> libc::timespec {
    let time = time.min(LONGEST_WAIT);
    libc::timespec { tv_sec: time.as_secs() as _, tv_nsec: time.subsec_nanos() as _ }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_of_any_size_are_counted() {
        assert!(Deadline::after(Duration::ZERO).has_passed());
        for limit in [Duration::from_secs(3600), Duration::from_secs(u64::MAX), Duration::MAX] {
            let deadline = Deadline::after(limit);
            assert!(!deadline.has_passed());
            assert!(deadline.left() <= limit && deadline.left() <= LONGEST_WAIT, "{limit:?}");
            let now = Deadline::after(Duration::ZERO);
            assert!(deadline.earlier(now).has_passed() && now.earlier(deadline).has_passed());
            assert!(!deadline.earlier(deadline).has_passed());
        }
    }
}
