//! What signals ask of a supervisor.

use std::time::Duration;

use crate::options::Ending;
use crate::sys::{self, Signal, SignalSet};

/// Signals that end supervisor and body, beside the one that ends the body.
const ENDING: [Signal; 3] = [Signal::SIGTERM, Signal::SIGINT, Signal::SIGQUIT];

/// Signals that are the body's business.
const PASSED_ON: [Signal; 4] = [Signal::SIGHUP, Signal::SIGUSR1, Signal::SIGUSR2, Signal::SIGWINCH];

/// What a signal asks.
pub(crate) enum Request {
    /// That supervisor and body end, the body within this time.
    End(Signal, Duration),
    /// Something of the body.
    PassOn(Signal),
}

impl Request {
    /// Waits for one, but not longer than this. `None` also when another signal has come, such as
    /// that of a child's end. While a start waits for its first body, two signals come from its
    /// other processes.
    #[inline]
    pub(crate) fn next(
        ending: Ending,
        is_starting: bool,
        patience: Option<Duration>,
    ) -> Option<Self> {
        match sys::wait_for_request(&SignalSet::all(), patience)? {
            // The body is ready.
            (Signal::SIGIO, _) if is_starting => None,
            // The start is over.
            (Signal::SIGINT, _) if is_starting => Some(Self::End(Signal::SIGINT, Duration::ZERO)),
            (signal, limit) if signal == ending.signal || ENDING.contains(&signal) => {
                Some(Self::End(signal, limit.unwrap_or(ending.timeout)))
            }
            (signal, _) if PASSED_ON.contains(&signal) => Some(Self::PassOn(signal)),
            _ => None,
        }
    }
}
