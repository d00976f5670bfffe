//! Signals: their actions, masks, and how to wait for them.

use std::mem::MaybeUninit;
use std::os::fd::AsFd;
use std::time::Duration;

use super::{Action, Signal, SignalSet};

/// Ends this process by a signal, whatever else is pending. Returns where the signal does not end
/// it.
pub(crate) fn end_by_signal(signal: i32) {
    set_default(signal);
    let mut others = MaybeUninit::uninit();
    // SAFETY: the set is ours and is filled before it is used; no code of ours runs, since the
    // signal has its default action.
    unsafe {
        libc::sigfillset(others.as_mut_ptr());
        libc::sigdelset(others.as_mut_ptr(), signal);
        libc::raise(signal);
        libc::pthread_sigmask(libc::SIG_SETMASK, others.as_ptr(), std::ptr::null_mut());
    }
}

/// The numbers of all signals.
pub(crate) fn signals() -> std::ops::RangeInclusive<i32> {
    #[cfg(target_os = "linux")]
    return 1..=libc::SIGRTMAX();
    #[cfg(not(target_os = "linux"))]
    return 1..=31;
}

/// Signals, by bits: bit n - 1 is signal n. Most systems have no more than 64.
#[cfg(not(any(
    target_arch = "mips",
    target_arch = "mips32r6",
    target_arch = "mips64",
    target_arch = "mips64r6"
)))]
pub(crate) type SignalBits = u64;

/// Signals, by bits: bit n - 1 is signal n. Here there are 127.
#[cfg(any(
    target_arch = "mips",
    target_arch = "mips32r6",
    target_arch = "mips64",
    target_arch = "mips64r6"
))]
pub(crate) type SignalBits = u128;

/// Whether a signal is ignored.
pub(crate) fn is_ignored(signal: i32) -> bool {
    raw::handler_of(signal) == libc::SIG_IGN
}

/// Gives a signal its default action.
pub(crate) fn set_default(signal: i32) {
    raw::set_default(signal);
}

/// The kernel's own call also reaches the signals that the C library keeps for itself and leaves
/// ignored in what it spawns. To these processors an action is a handler, flags, sometimes the
/// address of a piece of code, and a mask of 8 bytes: at most five words.
#[cfg(all(
    target_os = "linux",
    any(
        all(target_arch = "x86_64", target_pointer_width = "64"),
        all(target_arch = "aarch64", target_pointer_width = "64"),
        target_arch = "arm",
        target_arch = "loongarch64",
        target_arch = "powerpc64",
        target_arch = "riscv64",
        target_arch = "s390x",
        target_arch = "x86",
    )
))]
mod raw {
    use std::ptr::null;

    const SIZE_OF_MASK: usize = 8;

    pub(super) fn handler_of(signal: i32) -> libc::sighandler_t {
        let mut action = [0_usize; 5];
        let (number, old) = (libc::SYS_rt_sigaction, action.as_mut_ptr());
        // SAFETY: a null action changes nothing, and the old one fits the memory that is ours.
        unsafe { libc::syscall(number, signal, null::<usize>(), old, SIZE_OF_MASK) };
        action[0]
    }

    pub(super) fn set_default(signal: i32) {
        let default = [0_usize; 5];
        let (number, new) = (libc::SYS_rt_sigaction, default.as_ptr());
        // SAFETY: all-zero is the default action, which runs no code of ours.
        unsafe { libc::syscall(number, signal, new, null::<usize>(), SIZE_OF_MASK) };
    }
}

/// The C library's calls. The kernel's own has other arguments on mips and sparc64.
#[cfg(not(all(
    target_os = "linux",
    any(
        all(target_arch = "x86_64", target_pointer_width = "64"),
        all(target_arch = "aarch64", target_pointer_width = "64"),
        target_arch = "arm",
        target_arch = "loongarch64",
        target_arch = "powerpc64",
        target_arch = "riscv64",
        target_arch = "s390x",
        target_arch = "x86",
    )
)))]
mod raw {

    pub(super) fn handler_of(signal: i32) -> libc::sighandler_t {
        let mut action = std::mem::MaybeUninit::<libc::sigaction>::zeroed();
        // SAFETY: a null action changes nothing; the old one is written to memory that is ours, and
        // all-zero is a valid `sigaction` for numbers that are answered with EINVAL.
        unsafe {
            libc::sigaction(signal, std::ptr::null(), action.as_mut_ptr());
            action.assume_init().sa_sigaction
        }
    }

    pub(super) fn set_default(signal: i32) {
        // SAFETY: the default action runs no code of ours.
        unsafe { libc::signal(signal, libc::SIG_DFL) };
    }
}

/// Ignores a signal.
pub(crate) fn ignore(signal: i32) {
    // SAFETY: no code of ours runs.
    unsafe { libc::signal(signal, libc::SIG_IGN) };
}

/// Installs a handler. Interrupted calls are restarted, and other signals wait while it runs.
#[inline]
pub(crate) fn handle(signal: Signal, handler: extern "C" fn(libc::c_int)) {
    let flags = libc::SA_RESTART | libc::SA_ONSTACK;
    let action = Action::new(handler as libc::sighandler_t, flags, &SignalSet::all());
    // SAFETY: every handler of this crate uses async-signal-safe calls alone, and leaves `errno` as
    // it was.
    let _ = unsafe { action.set(signal) };
}

/// Makes a signal interrupt calls that wait, and do nothing else. Returns the old action.
#[inline]
pub(crate) fn interrupt_on(signal: Signal) -> Option<Action> {
    #[inline]
    extern "C" fn do_nothing(_signal: libc::c_int) {}
    let handler = do_nothing as extern "C" fn(libc::c_int) as libc::sighandler_t;
    let action = Action::new(handler, 0, &SignalSet::empty());
    // SAFETY: the handler does nothing.
    unsafe { action.set(signal) }
}

/// Keeps signals pending that are blocked and do nothing by default. Returns the old actions, if
/// they are changed. POSIX lets a system drop such a signal although it is blocked (XSH 2.4.1), and
/// only a handler keeps it. Linux never drops one that is blocked.
#[inline]
pub(crate) fn keep_while_blocked(signals: &[Signal]) -> Vec<(Signal, Action)> {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    {
        let _ = signals;
        Vec::new()
    }
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    signals.iter().filter_map(|&signal| Some((signal, interrupt_on(signal)?))).collect()
}

/// Asks for SIGIO when something can be read here, on systems that have this. It is sent whatever
/// rights the writer has.
#[inline]
pub(crate) fn signal_when_readable(descriptor: &impl AsFd) {
    #[cfg(any(
        target_os = "linux",
        target_os = "android",
        target_os = "freebsd",
        target_vendor = "apple"
    ))]
    {
        let descriptor = std::os::fd::AsRawFd::as_raw_fd(&descriptor.as_fd());
        // SAFETY: the descriptor is open, and both commands take a number.
        unsafe {
            libc::fcntl(descriptor, libc::F_SETOWN, libc::getpid());
            libc::fcntl(descriptor, libc::F_SETFL, libc::O_ASYNC);
        }
    }
    #[cfg(not(any(
        target_os = "linux",
        target_os = "android",
        target_os = "freebsd",
        target_vendor = "apple"
    )))]
    let _ = descriptor;
}

/// Waits for one of these signals, which are blocked; for so long, if there is a limit. `None` also
/// when one without a name has come.
#[inline]
pub(crate) fn wait_for_signal(signals: &SignalSet, limit: Option<Duration>) -> Option<Signal> {
    let Some(limit) = limit else { return wait_for_any(signals) };
    #[cfg(any(target_os = "linux", target_os = "freebsd", target_os = "netbsd"))]
    {
        let limit = super::timespec(limit);
        // SAFETY: both references live through the call, and a null pointer asks for no details.
        let signal =
            unsafe { libc::sigtimedwait(signals.as_ptr(), std::ptr::null_mut(), &raw const limit) };
        Signal::of(signal)
    }
    // There is no `sigtimedwait` here. The clock decides how soon a signal is noticed.
    #[cfg(not(any(target_os = "linux", target_os = "freebsd", target_os = "netbsd")))]
    {
        std::thread::sleep(limit.min(Duration::from_millis(20)));
        if super::is_any_pending(signals) { wait_for_any(signals) } else { None }
    }
}

#[inline]
fn wait_for_any(signals: &SignalSet) -> Option<Signal> {
    let mut signal = 0;
    // SAFETY: the set and the number are ours.
    unsafe { libc::sigwait(signals.as_ptr(), &raw mut signal) };
    Signal::of(signal)
}

/// Blocks all signals that can be blocked, also those that the C library keeps for itself.
#[inline]
pub(crate) fn block_all_signals() {
    super::set_signal_mask(&SignalSet::all());
    #[cfg(target_os = "linux")]
    // SAFETY: the set is read from memory that is ours, the old one is not asked for, and the size
    // is that of the kernel's sets.
    unsafe {
        libc::syscall(
            libc::SYS_rt_sigprocmask,
            libc::SIG_BLOCK,
            [SignalBits::MAX].as_ptr(),
            std::ptr::null::<SignalBits>(),
            size_of::<SignalBits>(),
        );
    }
}
