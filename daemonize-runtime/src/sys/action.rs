//! What signals do.

use std::fmt;
use std::mem::MaybeUninit;

use super::{Signal, SignalSet};

/// What a signal does: handler, flags and mask.
#[derive(Clone, Copy)]
pub(crate) struct Action(libc::sigaction);

impl Action {
    pub(super) fn new(handler: libc::sighandler_t, flags: i32, mask: &SignalSet) -> Self {
        let mut action = MaybeUninit::<libc::sigaction>::zeroed();
        // SAFETY: all-zero is a valid action, whose fields are then set.
        unsafe {
            let action = action.as_mut_ptr();
            (*action).sa_sigaction = handler;
            (*action).sa_flags = flags as _;
            (*action).sa_mask = *mask.as_ptr();
        }
        // SAFETY: as above.
        Self(unsafe { action.assume_init() })
    }

    /// Installs it, and returns the old one.
    ///
    /// # Safety
    ///
    /// A handler must take what its flags say, and make async-signal-safe calls alone.
    pub(super) unsafe fn set(&self, signal: Signal) -> Option<Self> {
        let mut old = MaybeUninit::<libc::sigaction>::zeroed();
        // SAFETY: the new action is only read, and the old one is written to memory that is ours.
        // All-zero is a valid value of it.
        unsafe {
            let set = libc::sigaction(signal.number(), &raw const self.0, old.as_mut_ptr());
            (set == 0).then(|| Self(old.assume_init()))
        }
    }

    pub(crate) fn is_ignored(&self) -> bool {
        self.0.sa_sigaction == libc::SIG_IGN
    }

    /// Whether it is the action that every program begins with.
    pub(crate) fn is_default(&self) -> bool {
        #[allow(clippy::unnecessary_cast, reason = "wider on some platforms")]
        let flags = self.0.sa_flags as i32;
        self.0.sa_sigaction == libc::SIG_DFL && flags & libc::SA_NOCLDWAIT == 0
    }
}

impl fmt::Debug for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the action of a signal")
    }
}

/// Gives a signal its default action, and returns the old one.
#[inline(never)]
pub(crate) fn replace_by_default(signal: Signal) -> Option<Action> {
    let default = Action::new(libc::SIG_DFL, 0, &SignalSet::empty());
    // SAFETY: no code of ours runs.
    unsafe { default.set(signal) }
}

/// Restores an action that a signal had before.
#[inline(never)]
pub(crate) fn put_back(signal: Signal, action: &Action) {
    // SAFETY: the program has installed this handler itself.
    let _ = unsafe { action.set(signal) };
}
