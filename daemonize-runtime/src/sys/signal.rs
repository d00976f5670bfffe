//! Signals that have a name, and sets of signals.

use std::mem::MaybeUninit;
use std::ptr::null_mut;
use std::{fmt, iter};

/// A signal that has a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Signal(i32);

/// All of them: a constant for each, and two lists. Not a list of pairs, whose pointers a program
/// would have to relocate.
macro_rules! signals {
    ($($name:ident)*; $($(#[$condition:meta])* $odd:ident)*) => {
        #[allow(dead_code, reason = "not all are sent or waited for")]
        impl Signal {
            $(pub(crate) const $name: Self = Self(libc::$name);)*
        }

        const NAMES: &str = concat!($(stringify!($name), " ",)*);
        const NUMBERS: &[i32] = &[$(libc::$name),*];
        const ODD: &[(&str, i32)] = &[$($(#[$condition])* (stringify!($odd), libc::$odd)),*];
    };
}

signals! {
    SIGHUP SIGINT SIGQUIT SIGILL SIGTRAP SIGABRT SIGBUS SIGFPE SIGKILL SIGUSR1 SIGSEGV SIGUSR2
    SIGPIPE SIGALRM SIGTERM SIGCHLD SIGCONT SIGSTOP SIGTSTP SIGTTIN SIGTTOU SIGURG SIGXCPU SIGXFSZ
    SIGVTALRM SIGPROF SIGWINCH SIGIO SIGSYS;
    #[cfg(all(
        any(target_os = "linux", target_os = "android"),
        not(any(
            target_arch = "mips",
            target_arch = "mips32r6",
            target_arch = "mips64",
            target_arch = "mips64r6",
            target_arch = "sparc",
            target_arch = "sparc64"
        ))
    ))]
    SIGSTKFLT
    #[cfg(any(target_os = "linux", target_os = "android"))]
    SIGPWR
    #[cfg(not(any(target_os = "linux", target_os = "android", target_os = "haiku")))]
    SIGEMT
    #[cfg(not(any(
        target_os = "linux",
        target_os = "android",
        target_os = "solaris",
        target_os = "illumos",
        target_os = "haiku"
    )))]
    SIGINFO
}

impl Signal {
    /// All of them, with their names.
    pub(crate) fn all() -> impl Iterator<Item = (&'static str, Self)> {
        let usual = iter::zip(NAMES.split(' '), NUMBERS.iter().copied());
        usual.chain(ODD.iter().copied()).map(|(name, number)| (name, Self(number)))
    }

    /// The one of this number, if it has a name.
    pub(crate) fn of(number: i32) -> Option<Self> {
        let is_named = NUMBERS.contains(&number) || ODD.iter().any(|(_, odd)| *odd == number);
        is_named.then_some(Self(number))
    }

    pub(crate) fn number(self) -> i32 {
        self.0
    }

    fn name(self) -> &'static str {
        let is_own = |number: &i32| *number == self.0;
        match NUMBERS.iter().position(is_own) {
            Some(place) => NAMES.split(' ').nth(place).unwrap_or(""),
            None => ODD.iter().find(|(_, odd)| is_own(odd)).map_or("", |(name, _)| name),
        }
    }
}

impl fmt::Display for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A set of signals.
#[derive(Clone, Copy)]
pub(crate) struct SignalSet(libc::sigset_t);

impl SignalSet {
    pub(crate) fn empty() -> Self {
        let mut set = MaybeUninit::zeroed();
        // SAFETY: all-zero is a valid set. Some C libraries fill only what the kernel reads of it.
        unsafe {
            libc::sigemptyset(set.as_mut_ptr());
            Self(set.assume_init())
        }
    }

    pub(crate) fn all() -> Self {
        let mut set = MaybeUninit::zeroed();
        // SAFETY: as above.
        unsafe {
            libc::sigfillset(set.as_mut_ptr());
            Self(set.assume_init())
        }
    }

    pub(crate) fn of(signals: &[Signal]) -> Self {
        let Self(mut set) = Self::empty();
        for signal in signals {
            // SAFETY: the set is ours.
            unsafe { libc::sigaddset(&raw mut set, signal.number()) };
        }
        Self(set)
    }

    /// As the C library takes it.
    pub(super) fn as_ptr(&self) -> *const libc::sigset_t {
        &raw const self.0
    }
}

impl fmt::Debug for SignalSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a set of signals")
    }
}

/// Replaces the signal mask of this thread, and returns the old one.
pub(crate) fn replace_signal_mask(mask: &SignalSet) -> SignalSet {
    change_mask(libc::SIG_SETMASK, mask)
}

/// Adds to the signal mask, and returns the old one.
pub(crate) fn block_signals(signals: &SignalSet) -> SignalSet {
    change_mask(libc::SIG_BLOCK, signals)
}

/// Takes from the signal mask, and returns the old one.
pub(crate) fn unblock_signals(signals: &SignalSet) -> SignalSet {
    change_mask(libc::SIG_UNBLOCK, signals)
}

/// Replaces the signal mask.
pub(crate) fn set_signal_mask(mask: &SignalSet) {
    // SAFETY: the set is only read, and a null pointer does not ask for the old one. It cannot
    // fail: the operation is valid.
    unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, mask.as_ptr(), null_mut()) };
}

#[inline(never)]
fn change_mask(how: i32, signals: &SignalSet) -> SignalSet {
    let mut old = SignalSet::empty();
    // SAFETY: the one set is only read, and the other one is ours. It cannot fail: the operation is
    // valid.
    unsafe { libc::pthread_sigmask(how, signals.as_ptr(), &raw mut old.0) };
    old
}

/// Signals that are blocked and have come.
#[cfg(not(any(target_os = "linux", target_os = "freebsd", target_os = "netbsd")))]
pub(super) fn is_any_pending(signals: &SignalSet) -> bool {
    let mut pending = SignalSet::empty();
    // SAFETY: the set is ours.
    unsafe { libc::sigpending(&raw mut pending.0) };
    // SAFETY: both sets are ours.
    let is_in = |set: &SignalSet, number| unsafe { libc::sigismember(set.as_ptr(), number) == 1 };
    super::signals().any(|number| is_in(&pending, number) && is_in(signals, number))
}
