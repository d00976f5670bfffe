//! Signals during the start, and those that the daemon inherits: nothing blocked, and nothing
//! ignored but SIGPIPE, which Rust programs expect to be ignored. Handlers that the program has
//! installed itself stay, with flags and mask.

use crate::sys::proc::ProcSelf;
use crate::sys::{self, Action, Signal, SignalBits, SignalSet};
use libc::{SIGPIPE, SIGXFSZ};

/// Requests to end, as a user or a system sends them.
const ENDING: [Signal; 4] = [Signal::SIGHUP, Signal::SIGINT, Signal::SIGQUIT, Signal::SIGTERM];

/// What the launcher had, and what the start has changed of it.
#[derive(Debug)]
pub(crate) struct Signals {
    ignored: SignalBits,
    caught: Option<SignalBits>,
    is_any_blocked: bool,
    /// What was changed. Given back by [`release`](Self::release) and [`resume`](Self::resume).
    held: Vec<(Signal, Action)>,
}

impl Signals {
    /// For the time of the start, a file that may not grow is an error to report and not a death. A
    /// process that forks can wait for its children. One that does not keeps its handler of
    /// SIGCHLD, which would miss the end of a child.
    pub(crate) fn hold(proc_self: &ProcSelf, forks: bool) -> Self {
        let ask_for_each =
            || sys::signals().filter(|&signal| sys::is_ignored(signal)).map(bit).sum();
        let ignored = proc_self.ignored_signals.unwrap_or_else(ask_for_each);
        let mut held = Vec::new();
        if forks {
            let child = sys::replace_by_default(Signal::SIGCHLD);
            held.extend(child.filter(|child| !child.is_default()).map(|it| (Signal::SIGCHLD, it)));
        }
        if sys::is_file_size_limited() {
            let file_size = sys::replace_by_default(Signal::SIGXFSZ);
            sys::ignore(SIGXFSZ);
            held.extend(file_size.map(|it| (Signal::SIGXFSZ, it)));
        }
        Self {
            ignored,
            caught: proc_self.caught_signals,
            is_any_blocked: proc_self.blocked_signals != Some(0),
            held,
        }
    }

    /// Takes [`hold`](Self::hold) back, for a launcher that goes on, and for a program that stays
    /// in the foreground. A child that has ended meanwhile is announced again.
    #[inline(never)]
    pub(crate) fn release(&self) {
        put_back(&self.held);
        if let [(Signal::SIGCHLD, _), ..] = self.held[..]
            && sys::has_dead_child()
        {
            sys::raise(Signal::SIGCHLD);
        }
    }

    /// Has requests to end obeyed by a launcher that waits, whatever handlers the program has. A
    /// request that was ignored stays so.
    pub(crate) fn obey_requests(&self) -> Obedience {
        let is_odd = |signal: Signal| {
            let may_be_caught = self.caught.is_none_or(|caught| caught & bit(signal.number()) != 0);
            may_be_caught && self.ignored & bit(signal.number()) == 0
        };
        let mut actions = Vec::new();
        for signal in ENDING.into_iter().filter(|&signal| is_odd(signal)) {
            actions.extend(sys::replace_by_default(signal).map(|action| (signal, action)));
        }
        let requests = SignalSet::of(&ENDING);
        let mask = self.is_any_blocked.then(|| sys::unblock_signals(&requests));
        Obedience { actions, mask }
    }

    /// Gives the calling process the daemon's signals, but for those that are held.
    pub(crate) fn reset(&self) {
        let held = self.held.iter().fold(0, |bits, (signal, _)| bits | bit(signal.number()));
        let mut left = self.ignored & !(bit(SIGPIPE) | held);
        while left != 0 {
            sys::set_default(left.trailing_zeros().cast_signed() + 1);
            left &= left - 1;
        }
        if self.is_any_blocked {
            sys::set_signal_mask(&SignalSet::empty());
        }
    }

    /// Gives the daemon the program's own handlers back, when the start has waited for its last
    /// child and written its last byte.
    pub(crate) fn resume(&self) {
        for (signal, action) in &self.held {
            if action.is_ignored() {
                sys::set_default(signal.number());
            } else {
                sys::put_back(*signal, action);
            }
        }
    }
}

/// What was changed so that requests to end are obeyed.
#[derive(Debug)]
pub(crate) struct Obedience {
    actions: Vec<(Signal, Action)>,
    mask: Option<SignalSet>,
}

impl Obedience {
    /// For a launcher that goes on after a failed start.
    pub(crate) fn end(self) {
        put_back(&self.actions);
        if let Some(mask) = self.mask {
            sys::set_signal_mask(&mask);
        }
    }
}

fn put_back(actions: &[(Signal, Action)]) {
    for (signal, action) in actions {
        sys::put_back(*signal, action);
    }
}

fn bit(signal: i32) -> SignalBits {
    1 << (signal - 1)
}
