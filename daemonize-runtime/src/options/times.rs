//! Time limits: what users write for them, and what was said.

use std::time::Duration;

/// How long a daemon may take to end, unless `stop_timeout` says otherwise.
pub(crate) const STOP_TIMEOUT: Duration = Duration::from_secs(10);

/// A time limit: a number of seconds, a [`Duration`], or an `Option` of either. `None` means that
/// the option is not set.
///
/// A start with a negative number fails.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use daemonize_runtime::Daemon;
///
/// let seconds = Daemon::new().stop_timeout(90);
/// let fraction = Daemon::new().stop_timeout(1.5);
/// let duration = Daemon::new().stop_timeout(Duration::from_millis(1500));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a time limit",
    label = "expected a number of seconds or a `Duration`",
    note = "a number is `u8` to `u64`, `usize`, `i32`, `i64`, `f32` or `f64`; an `Option` of it works too"
)]
pub trait TimeValue {
    /// The limit, if there is one.
    #[doc(hidden)]
    fn into_time(self) -> Option<TimeLimit>;
}

/// `true` to wait, `false` not to wait, a time limit like [`TimeValue`], or an `Option` of either.
/// `None` means that the option is not set.
///
/// # Examples
///
/// ```
/// use daemonize_runtime::Daemon;
///
/// let as_long_as_it_takes = Daemon::new().wait_ready(true);
/// let half_a_minute = Daemon::new().wait_ready(30);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither a `bool` nor a time limit",
    label = "expected `true`, `false`, a number of seconds or a `Duration`",
    note = "a number is `u8` to `u64`, `usize`, `i32`, `i64`, `f32` or `f64`; an `Option` of it works too"
)]
pub trait WaitValue {
    /// What was said, if anything was.
    #[doc(hidden)]
    fn into_wait(self) -> Option<Wait>;
}

/// What a [`TimeValue`] says; `None` for a number that is no time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeLimit(pub(crate) Option<Duration>);

/// What a [`WaitValue`] says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// Not at all.
    No,
    /// As long as it takes.
    Unlimited,
    /// For so long.
    AtMost(TimeLimit),
}

/// Makes time limits of types, each by an expression that makes a [`TimeLimit`] of a value.
macro_rules! time_values {
    ($($kind:ty),* => |$value:ident| $limit:expr) => {$(
        impl TimeValue for $kind {
            fn into_time(self) -> Option<TimeLimit> {
                let $value = self;
                Some($limit)
            }
        }

        impl WaitValue for $kind {
            fn into_wait(self) -> Option<Wait> {
                self.into_time().map(Wait::AtMost)
            }
        }
    )*};
}

time_values!(Duration => |limit| TimeLimit(Some(limit)));
time_values!(u64 => |seconds| TimeLimit(Some(Duration::from_secs(seconds))));
time_values!(u8, u16, u32 => |seconds| TimeLimit(Some(Duration::from_secs(seconds.into()))));
time_values!(usize, i32, i64 => |seconds| {
    TimeLimit(u64::try_from(seconds).ok().map(Duration::from_secs))
});
time_values!(f32 => |seconds| of_fraction(seconds.into()));
time_values!(f64 => |seconds| of_fraction(seconds));

/// More than any clock can tell is no limit at all.
#[inline]
fn of_fraction(seconds: f64) -> TimeLimit {
    let is_time = seconds >= 0.0;
    TimeLimit(is_time.then(|| Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX)))
}

impl<V: TimeValue> TimeValue for Option<V> {
    fn into_time(self) -> Option<TimeLimit> {
        self.and_then(V::into_time)
    }
}

impl WaitValue for bool {
    fn into_wait(self) -> Option<Wait> {
        Some(if self { Wait::Unlimited } else { Wait::No })
    }
}

impl<V: WaitValue> WaitValue for Option<V> {
    fn into_wait(self) -> Option<Wait> {
        self.and_then(V::into_wait)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(value: impl TimeValue) -> Option<Duration> {
        value.into_time().expect("a value").0
    }

    #[test]
    fn a_number_of_seconds_is_a_time_unless_it_is_negative() {
        let thirty = Some(Duration::from_secs(30));
        assert_eq!([time(30), time(30_u8), time(Some(30_i64)), time(30.0_f32)], [thirty; 4]);
        assert_eq!(time(0.25), Some(Duration::from_millis(250)));
        assert_eq!([time(u64::MAX), time(0)], [u64::MAX, 0].map(Duration::from_secs).map(Some));
        assert_eq!([time(f64::INFINITY), time(1e300)], [Some(Duration::MAX); 2]);
        assert_eq!([time(-1), time(-0.5), time(f64::NAN)], [None; 3]);
        assert_eq!(None::<Duration>.into_time(), None);
    }

    #[test]
    fn waiting_is_a_bool_or_a_time() {
        assert_eq!([true, false].map(WaitValue::into_wait), [Wait::Unlimited, Wait::No].map(Some));
        assert_eq!(Some(true).into_wait(), Some(Wait::Unlimited));
        let limit = Wait::AtMost(TimeLimit(Some(Duration::from_secs(5))));
        assert_eq!([5.into_wait(), Some(Duration::from_secs(5)).into_wait()], [Some(limit); 2]);
        assert_eq!(None::<bool>.into_wait(), None);
    }
}
