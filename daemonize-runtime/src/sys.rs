//! The calls that Rust cannot check, and what differs between platforms. The only `unsafe` code of the crate is here.

#![allow(unsafe_code)]

use std::os::fd::RawFd;

use nix::libc;
use nix::sys::signal::{SigSet, SigmaskHow, sigprocmask};
use nix::unistd::ForkResult;

use crate::threads::OnlyThread;

/// Forks. The child is a full copy: the proof that there was one thread is the reason why it may do anything.
pub(crate) fn fork(_proof: &OnlyThread) -> nix::Result<ForkResult> {
    // SAFETY: no other thread exists that could hold a lock, the allocator's included, which the child would then
    // find locked for ever.
    unsafe { nix::unistd::fork() }
}

/// Ends the process at once: no exit handlers, no destructors, no flush. Those belong to the daemon.
pub(crate) fn exit_now(code: i32) -> ! {
    // SAFETY: `_exit` has no preconditions.
    unsafe { libc::_exit(code) }
}

/// Has `handler` called when the process exits normally.
pub(crate) fn at_exit(handler: extern "C" fn()) -> nix::Result<()> {
    // SAFETY: `handler` is a function that lives as long as the program and takes no arguments.
    match unsafe { libc::atexit(handler) } {
        0 => Ok(()),
        _ => Err(nix::errno::Errno::ENOMEM),
    }
}

/// Writes out what C code has printed so far.
pub(crate) fn flush_c_streams() {
    // SAFETY: a null pointer stands for all output streams; they are locked as C requires.
    unsafe { libc::fflush(std::ptr::null_mut()) };
}

/// Closes a descriptor that nothing in this program owns.
pub(crate) fn close(descriptor: RawFd) {
    // SAFETY: the caller found the descriptor inherited, so no Rust object owns it. An error changes nothing: the
    // descriptor is gone even after EINTR.
    unsafe { libc::close(descriptor) };
}

/// Which of these descriptors are open.
#[cfg(not(target_vendor = "apple"))]
pub(crate) fn open_among(numbers: std::ops::Range<RawFd>) -> Vec<RawFd> {
    let mut questions: Vec<_> = numbers.map(|fd| libc::pollfd { fd, events: 0, revents: 0 }).collect();
    // More questions than the process may have descriptors are not answered.
    for questions in questions.chunks_mut(descriptor_limit().max(1).unsigned_abs() as usize) {
        // SAFETY: pointer and length belong to one slice. Closed descriptors are an answer, not an error, and a time
        // limit of zero waits for none.
        unsafe { libc::poll(questions.as_mut_ptr(), questions.len() as libc::nfds_t, 0) };
    }
    questions.retain(|answer| answer.revents & libc::POLLNVAL == 0);
    questions.into_iter().map(|answer| answer.fd).collect()
}

/// Which of these descriptors are open. `poll` does not answer for devices here.
#[cfg(target_vendor = "apple")]
pub(crate) fn open_among(numbers: std::ops::Range<RawFd>) -> Vec<RawFd> {
    // SAFETY: `F_GETFD` only reads, and a closed descriptor is answered with EBADF.
    numbers.filter(|&fd| unsafe { libc::fcntl(fd, libc::F_GETFD) } != -1).collect()
}

/// Whether programs that are executed inherit an open descriptor.
pub(crate) fn is_inheritable(descriptor: RawFd) -> bool {
    // SAFETY: `F_GETFD` only reads.
    unsafe { libc::fcntl(descriptor, libc::F_GETFD) & libc::FD_CLOEXEC == 0 }
}

/// Which numbers descriptors can have: everything below this.
pub(crate) fn descriptor_limit() -> RawFd {
    // SAFETY: `sysconf` only reads.
    let limit = unsafe { libc::sysconf(libc::_SC_OPEN_MAX) };
    RawFd::try_from(limit).unwrap_or(RawFd::MAX)
}

/// The numbers of all signals.
pub(crate) fn signals() -> std::ops::RangeInclusive<i32> {
    #[cfg(target_os = "linux")]
    return 1..=libc::SIGRTMAX();
    #[cfg(not(target_os = "linux"))]
    return 1..=31;
}

/// Whether a signal is ignored.
pub(crate) fn is_ignored(signal: i32) -> bool {
    let mut action = std::mem::MaybeUninit::<libc::sigaction>::zeroed();
    // SAFETY: a null action changes nothing; the old one is written to memory that is ours, and all-zero is a valid
    // `sigaction` for numbers that the C library keeps for itself and answers with EINVAL.
    let action = unsafe {
        libc::sigaction(signal, std::ptr::null(), action.as_mut_ptr());
        action.assume_init()
    };
    action.sa_sigaction == libc::SIG_IGN
}

/// Gives a signal its default action, or ignores it.
pub(crate) fn set_ignored(signal: i32, ignored: bool) {
    let action = if ignored { libc::SIG_IGN } else { libc::SIG_DFL };
    // SAFETY: neither action runs code of ours. Numbers that cannot be changed are answered with EINVAL.
    unsafe { libc::signal(signal, action) };
}

/// Replaces the signal mask.
pub(crate) fn set_signal_mask(mask: &SigSet) {
    // Cannot fail: the operation is valid and the memory is ours.
    let _ = sigprocmask(SigmaskHow::SIG_SETMASK, Some(mask), None);
}

/// Whether this is the only thread, asked of the kernel without `/proc`; `None` where it does not say.
#[cfg(target_os = "linux")]
pub(crate) fn is_single_threaded() -> Option<bool> {
    use nix::errno::Errno;
    use nix::sched::{CloneFlags, unshare};
    // Undoing the sharing with other threads is refused when there are any, and does nothing when there are none.
    match unshare(CloneFlags::CLONE_THREAD) {
        Ok(()) => Some(true),
        Err(Errno::EINVAL) => Some(false),
        Err(_) => None,
    }
}

/// Whether this is the only thread; nothing here can tell.
#[cfg(not(target_os = "linux"))]
pub(crate) fn is_single_threaded() -> Option<bool> {
    None
}
