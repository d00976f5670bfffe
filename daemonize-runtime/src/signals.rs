//! What the daemon inherits of signals: nothing blocked, and nothing ignored but SIGPIPE, which Rust programs expect
//! to be ignored.

use nix::libc::{SIGCHLD, SIGPIPE};
use nix::sys::signal::SigSet;

use crate::proc_self::ProcSelf;
use crate::sys;

/// What has to be changed, found out once in the launcher.
#[derive(Debug)]
pub(crate) struct Signals {
    ignored: Vec<i32>,
    any_blocked: bool,
}

impl Signals {
    pub(crate) fn inspect(proc_self: &ProcSelf) -> Self {
        let is_ignored = |&signal: &i32| match proc_self.ignored_signals {
            Some(bits) => bits >> (signal - 1) & 1 == 1,
            None => sys::is_ignored(signal),
        };
        Self { ignored: sys::signals().filter(is_ignored).collect(), any_blocked: proc_self.blocked_signals != Some(0) }
    }

    /// Makes children waitable in the launcher: while SIGCHLD is ignored their exit status is lost.
    pub(crate) fn restore_children(&self) {
        if self.ignored.contains(&SIGCHLD) {
            sys::set_ignored(SIGCHLD, false);
        }
    }

    /// Takes [`restore_children`](Self::restore_children) back, for a launcher that goes on after a failed start.
    pub(crate) fn ignore_children_again(&self) {
        if self.ignored.contains(&SIGCHLD) {
            sys::set_ignored(SIGCHLD, true);
        }
    }

    /// Gives the calling process the daemon's signals.
    pub(crate) fn reset(&self) {
        for &signal in self.ignored.iter().filter(|&&signal| signal != SIGPIPE) {
            sys::set_ignored(signal, false);
        }
        if self.any_blocked {
            sys::set_signal_mask(&SigSet::empty());
        }
    }
}
