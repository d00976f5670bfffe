//! How a daemon is ended: what asks it to end, and how long it may take. One value for all who do
//! that: the supervisor, and the words and functions that stop a daemon from outside.

#![cfg(unix)]

use std::time::Duration;

use super::{Options, STOP_TIMEOUT, StopSignal, TimeLimit};
use crate::sys::Signal;

/// How long the kernel may take to end what was killed.
pub(crate) const KERNEL_PATIENCE: Duration = Duration::from_secs(3);

/// How much longer than `stop_timeout` a supervisor may take: it gives its body all of that time,
/// and kills it then. Whoever ends a supervisor waits so much longer before killing it. Otherwise
/// the body would lose its last moments, and what it has started would stay.
pub(crate) const SUPERVISORS_SHARE: Duration = Duration::from_secs(2 * KERNEL_PATIENCE.as_secs());

/// How a daemon is ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ending {
    /// What asks it to end.
    pub(crate) signal: Signal,
    /// How long it may take until it is killed. Without any time it is killed at once.
    pub(crate) timeout: Duration,
}

impl Default for Ending {
    fn default() -> Self {
        Self { signal: Signal::SIGTERM, timeout: STOP_TIMEOUT }
    }
}

impl Options {
    /// How the daemon is ended. A value that makes no sense, which a start refuses, counts as the
    /// default.
    pub(crate) fn ending(&self) -> Ending {
        let default = Ending::default();
        let signal = match self.stop_signal {
            Some(StopSignal::Number(number)) => Signal::of(number),
            Some(StopSignal::Unknown(_)) | None => None,
        };
        let timeout = self.stop_timeout.and_then(|TimeLimit(limit)| limit);
        Ending {
            signal: signal.unwrap_or(default.signal),
            timeout: timeout.unwrap_or(default.timeout),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_said_is_the_default() {
        let timeout = Some(TimeLimit(Some(Duration::MAX)));
        let patient = Options { stop_timeout: timeout, ..Options::default() }.ending();
        assert_eq!(patient, Ending { timeout: Duration::MAX, ..Ending::default() });
        let stop_signal = Some(StopSignal::Number(Signal::SIGINT.number()));
        let polite = Options { stop_signal, ..Options::default() }.ending();
        assert_eq!(polite, Ending { signal: Signal::SIGINT, ..Ending::default() });
        assert_eq!(Options::default().ending(), Ending::default());
    }
}
