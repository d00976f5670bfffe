//! The proof that this process has one thread. Each platform has its own way to count them.

use std::thread::sleep;
use std::time::Duration;

use crate::sys::proc::{Number, ProcSelf};

/// The kernel counts a joined thread for a moment longer. For so many looks a count above one is
/// not believed. On a busy machine a time limit may pass without a single look.
const MOST_LOOKS: usize = 100;

/// How long to wait before the next look.
const PAUSE: Duration = Duration::from_millis(1);

/// The proof that this process has one thread. It makes forking sound: of several threads only the
/// calling one survives a fork, and the locks of the others stay locked for ever.
#[derive(Debug)]
pub(crate) struct OnlyThread(());

/// How many threads there are, as far as anybody can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Threads {
    One,
    /// More; how many, where that is told.
    Several(Option<u64>),
    Unknown,
}

impl OnlyThread {
    /// Counts the threads; the error says what was found instead of one. `proc_self` is the first
    /// look.
    pub(crate) fn check(proc_self: &ProcSelf) -> Result<Self, Threads> {
        let mut found = count(proc_self.threads);
        for _ in 0..MOST_LOOKS {
            let Threads::Several(_) = found else { break };
            sleep(PAUSE);
            found = count(ProcSelf::read().threads);
        }
        if found == Threads::One { Ok(Self(())) } else { Err(found) }
    }

    /// The proof by somebody's word.
    ///
    /// # Safety
    ///
    /// Nothing that runs in this process or in what it forks may need a lock that another thread
    /// holds now, or wait for another thread.
    pub(crate) unsafe fn vouched_for() -> Self {
        Self(())
    }
}

fn count(told_by_proc: Option<Number>) -> Threads {
    match told_by_proc {
        Some(1) => Threads::One,
        #[allow(clippy::useless_conversion, reason = "wider on some platforms")]
        Some(several) => Threads::Several(several.try_into().ok()),
        None => ask_system(),
    }
}

/// Asks the kernel by a call that it refuses to processes with several threads, and that does
/// nothing to others. Filters of containers may refuse it to all.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn ask_system() -> Threads {
    use super::Errno;
    // SAFETY: the call undoes what threads share. Without other threads it changes nothing.
    match Errno::result(unsafe { libc::unshare(libc::CLONE_THREAD) }) {
        Ok(_) => Threads::One,
        Err(Errno::EINVAL) => Threads::Several(None),
        Err(_) => Threads::Unknown,
    }
}

/// Asks the kernel. Compiled by the checks and never run.
#[cfg(target_os = "macos")]
fn ask_system() -> Threads {
    let mut told = std::mem::MaybeUninit::<libc::proc_taskinfo>::zeroed();
    let size = size_of::<libc::proc_taskinfo>().try_into().unwrap_or_default();
    // SAFETY: the answer is written to memory that is ours and of the size that is told, and
    // all-zero is a valid value of it.
    let (length, task) = unsafe {
        let length = libc::proc_pidinfo(
            libc::getpid(),
            libc::PROC_PIDTASKINFO,
            0,
            told.as_mut_ptr().cast(),
            size,
        );
        (length, told.assume_init())
    };
    if length == size { told_by_system(task.pti_threadnum) } else { Threads::Unknown }
}

/// Asks the kernel. Compiled by the checks and never run.
#[cfg(target_os = "freebsd")]
fn ask_system() -> Threads {
    let own = std::process::id().cast_signed();
    let question = [libc::CTL_KERN, libc::KERN_PROC, libc::KERN_PROC_PID, own];
    sysctl::<libc::kinfo_proc>(&question)
        .map_or(Threads::Unknown, |process| told_by_system(process.ki_numthreads))
}

/// Asks the kernel. Compiled by the checks and never run.
#[cfg(target_os = "netbsd")]
fn ask_system() -> Threads {
    let own = std::process::id().cast_signed();
    let size = size_of::<libc::kinfo_proc2>().try_into().unwrap_or_default();
    let question = [libc::CTL_KERN, libc::KERN_PROC2, libc::KERN_PROC_PID, own, size, 1];
    sysctl::<libc::kinfo_proc2>(&question)
        .map_or(Threads::Unknown, |process| told_by_system(process.p_nlwps))
}

/// What `sysctl(3)` answers, if its answer is of this kind.
#[cfg(any(target_os = "freebsd", target_os = "netbsd"))]
fn sysctl<Answer>(question: &[libc::c_int]) -> Option<Answer> {
    let mut answer = std::mem::MaybeUninit::<Answer>::zeroed();
    let mut length = size_of::<Answer>();
    // SAFETY: the question is only read. The answer is written to memory that is ours and of the
    // length that is told; it consists of numbers and addresses, for which all-zero is valid.
    unsafe {
        let result = libc::sysctl(
            question.as_ptr(),
            question.len().try_into().unwrap_or_default(),
            answer.as_mut_ptr().cast(),
            &raw mut length,
            std::ptr::null(),
            0,
        );
        (result == 0 && length == size_of::<Answer>()).then(|| answer.assume_init())
    }
}

#[cfg(any(target_os = "macos", target_os = "freebsd", target_os = "netbsd"))]
fn told_by_system(count: impl TryInto<u64>) -> Threads {
    match count.try_into() {
        Ok(0) | Err(_) => Threads::Unknown,
        Ok(1) => Threads::One,
        Ok(several) => Threads::Several(Some(several)),
    }
}

/// Nothing here can tell.
#[cfg(not(any(
    target_os = "linux",
    target_os = "android",
    target_os = "macos",
    target_os = "freebsd",
    target_os = "netbsd"
)))]
fn ask_system() -> Threads {
    Threads::Unknown
}
