//! Processes: fork, end, wait, signal.

use std::ffi::CStr;
use std::os::fd::OwnedFd;

use super::{Answer, Errno, OnlyThread, Pid, Signal, persist};

/// Which process this is after a fork.
#[derive(Clone, Copy, Debug)]
pub(crate) enum ForkResult {
    Parent { child: Pid },
    Child,
}

/// Forks. The child may do anything, not only what is async-signal-safe, because there was one
/// thread.
pub(crate) fn fork(_proof: &OnlyThread) -> Answer<ForkResult> {
    // SAFETY: no other thread exists that could hold a lock, the allocator's included, which the
    // child would then find locked for ever; or somebody has vouched for all that do.
    match Errno::result(unsafe { libc::fork() })? {
        0 => Ok(ForkResult::Child),
        child => Ok(ForkResult::Parent { child: Pid::from_raw(child) }),
    }
}

/// Ends the process at once: no exit handlers, no destructors, no flush. Those belong to the
/// daemon.
pub(crate) fn exit_now(code: i32) -> ! {
    // SAFETY: `_exit` has no preconditions.
    unsafe { libc::_exit(code) }
}

/// Has `handler` called when the process exits normally.
pub(crate) fn at_exit(handler: extern "C" fn()) -> Answer<()> {
    // SAFETY: `handler` is a function that lives as long as the program and takes no arguments.
    match unsafe { libc::atexit(handler) } {
        0 => Ok(()),
        _ => Err(Errno::ENOMEM),
    }
}

/// Writes out what the program has printed so far, by Rust and by C.
pub(crate) fn flush_output() {
    let _ = std::io::Write::flush(&mut std::io::stdout());
    // SAFETY: a null pointer stands for all output streams; they are locked as C requires.
    unsafe { libc::fflush(std::ptr::null_mut()) };
}

/// How a process ended: by an exit code or by a signal, which may be one of those that have no
/// names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Exited(i32),
    Killed(i32),
}

impl End {
    /// What the shell makes of it.
    pub(crate) fn code(self) -> i32 {
        match self {
            Self::Exited(code) => code,
            Self::Killed(signal) => 128 + signal,
        }
    }
}

/// Waits until a child has ended. That there is no such child is an error.
#[inline(never)]
pub(crate) fn wait(child: Pid) -> Answer<End> {
    persist(|| Ok(wait_with(child, 0)?.ok_or(Errno::EINTR)?.1))
}

/// Asks whether a child has ended.
#[inline]
pub(crate) fn has_ended(child: Pid) -> Answer<Option<End>> {
    persist(|| Ok(wait_with(child, libc::WNOHANG)?.map(|(_, end)| end)))
}

/// The end of any child that has ended; `None` when no other has.
#[inline]
pub(crate) fn next_end() -> Option<(Pid, End)> {
    persist(|| wait_with(Pid::from_raw(-1), libc::WNOHANG)).ok().flatten()
}

fn wait_with(child: Pid, flags: libc::c_int) -> Answer<Option<(Pid, End)>> {
    let mut status = 0;
    // SAFETY: the status is written to memory that is ours.
    let child = Errno::result(unsafe { libc::waitpid(child.as_raw(), &raw mut status, flags) })?;
    let end = match status {
        _ if child == 0 => None,
        _ if libc::WIFEXITED(status) => Some(End::Exited(libc::WEXITSTATUS(status))),
        _ if libc::WIFSIGNALED(status) => Some(End::Killed(libc::WTERMSIG(status))),
        _ => None,
    };
    Ok(end.map(|end| (Pid::from_raw(child), end)))
}

/// A handle of a process, by `pidfd_open(2)`. It still means this process when its number is used
/// again.
#[cfg(target_os = "linux")]
#[inline]
pub(crate) fn open_process(pid: i32) -> Answer<OwnedFd> {
    use std::os::fd::FromRawFd;
    // SAFETY: takes two numbers, and a descriptor that it returns is new and ours.
    unsafe {
        let descriptor = Errno::result(libc::syscall(libc::SYS_pidfd_open, pid, 0))?;
        Ok(OwnedFd::from_raw_fd(
            std::os::fd::RawFd::try_from(descriptor).map_err(|_| Errno::EBADF)?,
        ))
    }
}

/// A handle of a process: there are none here.
#[cfg(not(target_os = "linux"))]
pub(crate) fn open_process(_pid: i32) -> Answer<OwnedFd> {
    Err(Errno::ENOSYS)
}

/// Signals a process, by its handle where there is one; without a signal, asks whether there is
/// such a process.
#[inline]
pub(crate) fn signal_process(
    pid: i32,
    handle: Option<&OwnedFd>,
    signal: Option<Signal>,
) -> Answer<()> {
    let number = signal.map_or(0, Signal::number);
    #[cfg(target_os = "linux")]
    if let Some(handle) = handle {
        let handle = std::os::fd::AsRawFd::as_raw_fd(handle);
        let details = std::ptr::null::<libc::siginfo_t>();
        // SAFETY: the handle is open, and a null pointer asks for the usual details.
        let sent =
            unsafe { libc::syscall(libc::SYS_pidfd_send_signal, handle, number, details, 0) };
        return Errno::result(sent).map(drop);
    }
    let _ = handle;
    // SAFETY: a positive number is one process, and never a group or all.
    Errno::result(unsafe { libc::kill(pid.max(1), number) }).map(drop)
}

/// Sends a signal, which may be one without a name, to a child that was not waited for yet.
pub(crate) fn send_signal(child: Pid, number: i32) {
    // SAFETY: a positive number is one process, and never a group or all.
    unsafe { libc::kill(child.as_raw().max(1), number) };
}

/// Asks the kernel about this process. prctl(2) reads four words, whatever their numbers need.
///
/// # Safety
///
/// The option takes numbers alone.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(super) unsafe fn prctl(option: i32, numbers: [libc::c_ulong; 2]) -> i32 {
    let [first, second] = numbers;
    let nothing: libc::c_ulong = 0;
    // SAFETY: no memory is touched, as the caller says.
    unsafe { libc::prctl(option, first, second, nothing, nothing) }
}

/// Asks the kernel to kill this process when its parent dies.
#[inline]
pub(crate) fn die_with_parent() {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    let _ = persist(|| {
        // SAFETY: takes numbers alone.
        Errno::result(unsafe { prctl(libc::PR_SET_PDEATHSIG, [libc::SIGKILL as _, 0]) })
    });
    #[cfg(target_os = "freebsd")]
    {
        let mut signal = Signal::SIGKILL.number();
        // SAFETY: the number 0 stands for this process, and the signal is only read.
        unsafe {
            libc::procctl(libc::P_PID, 0, libc::PROC_PDEATHSIG_CTL, (&raw mut signal).cast());
        }
    }
}

/// Sets a variable of the environment.
pub(crate) fn set_variable(name: &CStr, value: &CStr, _proof: &OnlyThread) {
    // SAFETY: no other thread exists that could read the environment meanwhile, and both end with
    // NUL.
    unsafe { libc::setenv(name.as_ptr(), value.as_ptr(), 1) };
}

/// Removes a variable of the environment.
pub(crate) fn remove_variable(name: &CStr, _proof: &OnlyThread) {
    // SAFETY: no other thread exists that could read the environment meanwhile, and the name ends
    // with NUL.
    unsafe { libc::unsetenv(name.as_ptr()) };
}
