//! Signals during the start, and those that the daemon inherits: nothing blocked, and nothing
//! ignored but SIGPIPE, which Rust programs expect to be ignored.

use nix::libc::{SIGCHLD, SIGPIPE, SIGXFSZ};
use nix::sys::signal::SigSet;

use crate::sys;
use crate::sys::proc::ProcSelf;

/// What has to be changed, found out once in the launcher. Bit n - 1 is signal n.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Signals {
    ignored: u64,
    is_any_blocked: bool,
    is_file_size_limited: bool,
}

impl Signals {
    pub(crate) fn inspect(proc_self: &ProcSelf) -> Self {
        let ask_for_each =
            || sys::signals().filter(|&signal| sys::is_ignored(signal)).map(bit).sum();
        Self {
            ignored: proc_self.ignored_signals.unwrap_or_else(ask_for_each),
            is_any_blocked: proc_self.blocked_signals != Some(0),
            is_file_size_limited: sys::is_file_size_limited(),
        }
    }

    /// For the time of the start: children can be waited for, and a file that may not grow is an
    /// error to report and not a death.
    pub(crate) fn hold(self) {
        if self.ignores(SIGCHLD) {
            sys::set_default(SIGCHLD);
        }
        if self.is_file_size_limited {
            sys::ignore(SIGXFSZ);
        }
    }

    /// Takes [`hold`](Self::hold) back, for a launcher that goes on after a failed start.
    pub(crate) fn release(self) {
        if self.ignores(SIGCHLD) {
            sys::ignore(SIGCHLD);
        }
        if self.is_file_size_limited && !self.ignores(SIGXFSZ) {
            sys::set_default(SIGXFSZ);
        }
    }

    /// Gives the calling process the daemon's signals, but for the protection of writes.
    pub(crate) fn reset(self) {
        let protection = if self.is_file_size_limited { bit(SIGXFSZ) } else { 0 };
        let mut left = self.ignored & !(bit(SIGPIPE) | protection);
        while left != 0 {
            sys::set_default(left.trailing_zeros().cast_signed() + 1);
            left &= left - 1;
        }
        if self.is_any_blocked {
            sys::set_signal_mask(&SigSet::empty());
        }
    }

    /// Ends the protection of writes, when the start has written its last byte.
    pub(crate) fn unprotect(self) {
        if self.is_file_size_limited {
            sys::set_default(SIGXFSZ);
        }
    }

    fn ignores(self, signal: i32) -> bool {
        self.ignored & bit(signal) != 0
    }
}

fn bit(signal: i32) -> u64 {
    1 << (signal - 1)
}
