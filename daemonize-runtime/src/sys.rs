//! The calls that Rust cannot check, and what differs between platforms. The only `unsafe` code of
//! the crate is here.

#![allow(unsafe_code)]

use std::os::fd::{AsFd, OwnedFd, RawFd};
use std::os::unix::net::SocketAddr;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::libc;
use nix::poll::{PollFd, PollFlags};
use nix::sys::signal::{
    SaFlags, SigAction, SigHandler, SigSet, SigmaskHow, Signal, sigaction, sigprocmask,
};
use nix::unistd::{ForkResult, Gid, Pid, Uid};

use crate::threads::OnlyThread;

/// Repeats a call that a signal has interrupted.
pub(crate) fn retry_interrupted<T>(mut call: impl FnMut() -> nix::Result<T>) -> nix::Result<T> {
    loop {
        match call() {
            Err(Errno::EINTR) => {}
            result => return result,
        }
    }
}

/// Forks. The child is a full copy: the proof that there was one thread is the reason why it may do
/// anything.
pub(crate) fn fork(_proof: &OnlyThread) -> nix::Result<ForkResult> {
    // SAFETY: no other thread exists that could hold a lock, the allocator's included, which the
    // child would then find locked for ever.
    unsafe { nix::unistd::fork() }
}

/// Ends the process at once: no exit handlers, no destructors, no flush. Those belong to the
/// daemon.
pub(crate) fn exit_now(code: i32) -> ! {
    // SAFETY: `_exit` has no preconditions.
    unsafe { libc::_exit(code) }
}

/// Has `handler` called when the process exits normally.
pub(crate) fn at_exit(handler: extern "C" fn()) -> nix::Result<()> {
    // SAFETY: `handler` is a function that lives as long as the program and takes no arguments.
    match unsafe { libc::atexit(handler) } {
        0 => Ok(()),
        _ => Err(Errno::ENOMEM),
    }
}

/// Writes out what C code has printed so far.
pub(crate) fn flush_c_streams() {
    // SAFETY: a null pointer stands for all output streams; they are locked as C requires.
    unsafe { libc::fflush(std::ptr::null_mut()) };
}

/// Starts a thread that lasts as long as the process. By the thread library alone: what std adds,
/// for values, names and panics, is larger than the one thread that this crate has.
pub(crate) fn start_thread(
    task: extern "C" fn(*mut libc::c_void) -> *mut libc::c_void,
) -> nix::Result<()> {
    let mut thread = std::mem::MaybeUninit::uninit();
    // SAFETY: the thread's number is written to memory that is ours, a null pointer asks for the
    // usual attributes, and the task, which gets nothing, is a function that lives as long as the
    // program.
    match unsafe {
        libc::pthread_create(thread.as_mut_ptr(), std::ptr::null(), task, std::ptr::null_mut())
    } {
        0 => Ok(()),
        error => Err(Errno::from_raw(error)),
    }
}

/// How a process ended: by an exit code or by a signal, which may be one of those that have no
/// names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Exited(i32),
    Killed(i32),
}

/// Waits until a child has ended. That there is no such child is an error.
pub(crate) fn wait(child: Pid) -> nix::Result<End> {
    loop {
        match wait_with(child, 0) {
            Ok(Some(end)) => return Ok(end),
            Ok(None) | Err(Errno::EINTR) => {}
            Err(error) => return Err(error),
        }
    }
}

/// Asks whether a child has ended.
pub(crate) fn has_ended(child: Pid) -> nix::Result<Option<End>> {
    wait_with(child, libc::WNOHANG)
}

/// Not by the function of `nix`, to which an end by a signal without a name is an error.
fn wait_with(child: Pid, flags: libc::c_int) -> nix::Result<Option<End>> {
    let mut status = 0;
    // SAFETY: the status is written to memory that is ours.
    if Errno::result(unsafe { libc::waitpid(child.as_raw(), &raw mut status, flags) })? == 0 {
        return Ok(None);
    }
    Ok(match status {
        _ if libc::WIFEXITED(status) => Some(End::Exited(libc::WEXITSTATUS(status))),
        _ if libc::WIFSIGNALED(status) => Some(End::Killed(libc::WTERMSIG(status))),
        _ => None,
    })
}

/// Ends this process by a signal.
pub(crate) fn raise(signal: i32) {
    // SAFETY: no code of ours runs: the callers have given the signal its default action.
    unsafe { libc::raise(signal) };
}

/// Whether a child is dead and nobody has waited for it yet. Leaves it so.
#[cfg(target_os = "linux")]
pub(crate) fn is_dead_child(child: Pid) -> bool {
    let mut details = std::mem::MaybeUninit::<libc::siginfo_t>::zeroed();
    let flags = libc::WEXITED | libc::WNOHANG | libc::WNOWAIT;
    // SAFETY: the details are written to memory that is ours, all-zero is a valid value of them,
    // and what is read is a number that is there for this call.
    unsafe {
        let found =
            libc::waitid(libc::P_PID, child.as_raw().unsigned_abs(), details.as_mut_ptr(), flags);
        found == 0 && details.assume_init().si_pid() != 0
    }
}

/// Whether a child is dead; nobody asks here.
#[cfg(not(target_os = "linux"))]
pub(crate) fn is_dead_child(_child: Pid) -> bool {
    false
}

/// Closes descriptors that nothing in this program owns, in ascending order.
pub(crate) fn close_all(descriptors: &[RawFd]) {
    for run in descriptors.chunk_by(|one, next| one + 1 == *next) {
        if run.len() == 1 || !close_range(run[0], run[run.len() - 1]) {
            for &descriptor in run {
                // SAFETY: the descriptor has come through an execution, and Rust's own do not. Who
                // has made an object of a number that it was told asks for it to be kept, by
                // `close_inherited`. An error changes nothing: the descriptor is gone even after
                // EINTR.
                unsafe { libc::close(descriptor) };
            }
        }
    }
}

/// Closes a range of descriptors by one call, where the kernel has that (Linux since 5.9); says
/// whether it did.
#[cfg(target_os = "linux")]
fn close_range(first: RawFd, last: RawFd) -> bool {
    // SAFETY: as for the descriptors one by one.
    unsafe { libc::syscall(libc::SYS_close_range, first, last, 0) == 0 }
}

/// Closes a range of descriptors by one call: not here.
#[cfg(not(target_os = "linux"))]
fn close_range(_first: RawFd, _last: RawFd) -> bool {
    false
}

/// Appends those of these descriptors that are open.
#[cfg(not(target_vendor = "apple"))]
pub(crate) fn find_open(numbers: std::ops::Range<RawFd>, open: &mut Vec<RawFd>) {
    let mut questions = [libc::pollfd { fd: 0, events: 0, revents: 0 }; 256];
    let mut numbers = numbers.peekable();
    while numbers.peek().is_some() {
        let mut count = 0;
        for (question, fd) in questions.iter_mut().zip(&mut numbers) {
            *question = libc::pollfd { fd, events: 0, revents: 0 };
            count += 1;
        }
        ask_for_descriptors(&mut questions[..count]);
        open.extend(
            questions[..count]
                .iter()
                .filter(|answer| answer.revents != libc::POLLNVAL)
                .map(|answer| answer.fd),
        );
    }
}

/// Has the kernel answer for some descriptors.
#[cfg(not(target_vendor = "apple"))]
fn ask_for_descriptors(questions: &mut [libc::pollfd]) {
    let count = questions.len().try_into().unwrap_or_default();
    // SAFETY: pointer and length belong to one slice. Closed descriptors are an answer, not an
    // error, and a time limit of zero waits for none.
    let answered = unsafe { libc::poll(questions.as_mut_ptr(), count, 0) };
    // More questions than the process may have descriptors are not answered.
    if answered == -1 && questions.len() > 1 {
        let (some, others) = questions.split_at_mut(questions.len() / 2);
        ask_for_descriptors(some);
        ask_for_descriptors(others);
    }
}

/// Appends those of these descriptors that are open. `poll` does not answer for devices here.
#[cfg(target_vendor = "apple")]
pub(crate) fn find_open(numbers: std::ops::Range<RawFd>, open: &mut Vec<RawFd>) {
    // SAFETY: `F_GETFD` only reads, and a closed descriptor is answered with EBADF.
    open.extend(numbers.filter(|&fd| unsafe { libc::fcntl(fd, libc::F_GETFD) } != -1));
}

/// Whether programs that are executed inherit an open descriptor.
pub(crate) fn is_inheritable(descriptor: RawFd) -> bool {
    // SAFETY: `F_GETFD` only reads.
    unsafe { libc::fcntl(descriptor, libc::F_GETFD) & libc::FD_CLOEXEC == 0 }
}

/// Whether a descriptor belongs to a directory.
pub(crate) fn is_directory(descriptor: RawFd) -> bool {
    // SAFETY: the descriptor is only looked at, and the borrow ends with the call.
    let descriptor = unsafe { std::os::fd::BorrowedFd::borrow_raw(descriptor) };
    nix::sys::stat::fstat(descriptor).is_ok_and(|stat| stat.st_mode & libc::S_IFMT == libc::S_IFDIR)
}

/// Which numbers descriptors are likely to have: everything below this.
pub(crate) fn descriptor_limit() -> RawFd {
    // The limit may have been lowered below what is open, and there may be none.
    const AT_LEAST: RawFd = 4096;
    // SAFETY: `sysconf` only reads.
    let limit = unsafe { libc::sysconf(libc::_SC_OPEN_MAX) };
    RawFd::try_from(limit).unwrap_or(RawFd::MAX).max(AT_LEAST)
}

/// The numbers of all signals.
pub(crate) fn signals() -> std::ops::RangeInclusive<i32> {
    #[cfg(target_os = "linux")]
    return 1..=libc::SIGRTMAX();
    #[cfg(not(target_os = "linux"))]
    return 1..=31;
}

/// Whether this is the number of the null device, where it has one that is known.
#[cfg(target_os = "linux")]
pub(crate) fn is_null_device(number: u64) -> bool {
    number == libc::makedev(1, 3)
}

/// Whether this is the number of the null device: it differs from system to system here.
#[cfg(not(target_os = "linux"))]
pub(crate) fn is_null_device(_number: u64) -> bool {
    true
}

/// Whether a signal is ignored.
pub(crate) fn is_ignored(signal: i32) -> bool {
    action_of(signal) == libc::SIG_IGN
}

/// Whether a signal has its default action.
pub(crate) fn is_default(signal: i32) -> bool {
    action_of(signal) == libc::SIG_DFL
}

/// What a signal does. The direct call answers for the signals, too, that the C library keeps for
/// itself.
#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
fn action_of(signal: i32) -> libc::sighandler_t {
    let mut action = [0; 4];
    // SAFETY: a null action changes nothing, the old one fits the memory that is ours, and 8 is the
    // size of its mask.
    unsafe {
        libc::syscall(
            libc::SYS_rt_sigaction,
            signal,
            std::ptr::null::<usize>(),
            action.as_mut_ptr(),
            8,
        )
    };
    action[0]
}

/// What a signal does.
#[cfg(not(all(target_os = "linux", target_pointer_width = "64")))]
fn action_of(signal: i32) -> libc::sighandler_t {
    let mut action = std::mem::MaybeUninit::<libc::sigaction>::zeroed();
    // SAFETY: a null action changes nothing; the old one is written to memory that is ours, and
    // all-zero is a valid `sigaction` for numbers that are answered with EINVAL.
    unsafe {
        libc::sigaction(signal, std::ptr::null(), action.as_mut_ptr());
        action.assume_init().sa_sigaction
    }
}

/// Gives a signal its default action.
pub(crate) fn set_default(signal: i32) {
    // SAFETY: neither form runs code of ours. The direct call reaches the signals, too, that the C
    // library keeps for itself and leaves ignored in what it spawns; all-zero is the default
    // action, and 8 is the size of its mask.
    unsafe {
        #[cfg(all(target_os = "linux", target_pointer_width = "64"))]
        libc::syscall(
            libc::SYS_rt_sigaction,
            signal,
            [0u64; 4].as_ptr(),
            std::ptr::null::<u64>(),
            8,
        );
        #[cfg(not(all(target_os = "linux", target_pointer_width = "64")))]
        libc::signal(signal, libc::SIG_DFL);
    }
}

/// Ignores a signal.
pub(crate) fn ignore(signal: i32) {
    // SAFETY: no code of ours runs.
    unsafe { libc::signal(signal, libc::SIG_IGN) };
}

/// Whether files may not grow beyond a size: then a write can be answered with a deadly signal.
pub(crate) fn is_file_size_limited() -> bool {
    let mut limit = libc::rlimit { rlim_cur: libc::RLIM_INFINITY, rlim_max: libc::RLIM_INFINITY };
    // SAFETY: the limit is written to memory that is ours.
    unsafe { libc::getrlimit(libc::RLIMIT_FSIZE, &raw mut limit) };
    limit.rlim_cur != libc::RLIM_INFINITY
}

/// Has a signal handled. Interrupted calls go on, and no other signal comes between.
pub(crate) fn handle(signal: Signal, handler: extern "C" fn(libc::c_int)) {
    let action = SigAction::new(
        SigHandler::Handler(handler),
        SaFlags::SA_RESTART | SaFlags::SA_ONSTACK,
        SigSet::all(),
    );
    // SAFETY: every handler of this crate uses async-signal-safe calls alone, and leaves `errno` as
    // it was.
    let _ = unsafe { sigaction(signal, &action) };
}

/// Has a signal interrupt the calls that wait, and do nothing else.
pub(crate) fn interrupt_on(signal: Signal) {
    extern "C" fn do_nothing(_signal: libc::c_int) {}
    let action = SigAction::new(SigHandler::Handler(do_nothing), SaFlags::empty(), SigSet::empty());
    // SAFETY: the handler does nothing.
    let _ = unsafe { sigaction(signal, &action) };
}

/// Waits until something happens to a descriptor, or a signal comes that is blocked otherwise; says
/// what happened.
pub(crate) fn wait_for_event(descriptor: &impl AsFd, events: PollFlags) -> PollFlags {
    let mut question = [PollFd::new(descriptor.as_fd(), events)];
    #[cfg(any(target_os = "linux", target_os = "android", target_os = "freebsd"))]
    let _ = nix::poll::ppoll(&mut question, None, Some(SigSet::empty()));
    // There is no `ppoll` here, so that a signal between check and wait is noticed by the clock.
    #[cfg(not(any(target_os = "linux", target_os = "android", target_os = "freebsd")))]
    let _ = nix::poll::poll(&mut question, nix::poll::PollTimeout::from(100u8));
    question[0].revents().unwrap_or(PollFlags::empty())
}

/// Waits for one of these signals, which are blocked; for so long, if there is a limit.
pub(crate) fn wait_for_signal(signals: &SigSet, limit: Option<Duration>) -> Option<Signal> {
    let Some(limit) = limit else {
        return signals.wait().ok();
    };
    #[cfg(any(target_os = "linux", target_os = "freebsd", target_os = "netbsd"))]
    {
        let limit = nix::sys::time::TimeSpec::from_duration(limit);
        // SAFETY: both references live through the call, and a null pointer asks for no details.
        let signal =
            unsafe { libc::sigtimedwait(signals.as_ref(), std::ptr::null_mut(), limit.as_ref()) };
        Signal::try_from(signal).ok()
    }
    // There is no `sigtimedwait` here, so that the clock decides how soon a signal is noticed.
    #[cfg(not(any(target_os = "linux", target_os = "freebsd", target_os = "netbsd")))]
    {
        std::thread::sleep(limit.min(Duration::from_millis(20)));
        let mut pending = SigSet::empty();
        // SAFETY: the set is ours, and a `SigSet` is a `sigset_t`.
        unsafe { libc::sigpending((&raw mut pending).cast()) };
        signals.iter().any(|signal| pending.contains(signal)).then(|| signals.wait().ok()).flatten()
    }
}

/// A handle of a process, by `pidfd_open(2)`, which goes on to mean this process when its number is
/// used again.
#[cfg(target_os = "linux")]
pub(crate) fn open_process(pid: i32) -> nix::Result<OwnedFd> {
    use std::os::fd::FromRawFd;
    // SAFETY: takes two numbers, and a descriptor that it returns is new and ours.
    unsafe {
        let descriptor = Errno::result(libc::syscall(libc::SYS_pidfd_open, pid, 0))?;
        Ok(OwnedFd::from_raw_fd(RawFd::try_from(descriptor).map_err(|_| Errno::EBADF)?))
    }
}

/// A handle of a process: there are none here.
#[cfg(not(target_os = "linux"))]
pub(crate) fn open_process(_pid: i32) -> nix::Result<OwnedFd> {
    Err(Errno::ENOSYS)
}

/// Signals a process, by its handle where there is one; without a signal, asks whether there is
/// such a process.
pub(crate) fn signal_process(
    pid: i32,
    handle: Option<&OwnedFd>,
    signal: Option<Signal>,
) -> nix::Result<()> {
    let number = signal.map_or(0, |signal| signal as i32);
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

/// Waits until the one descriptor can be read, or the other end of the other one is gone; says
/// whether it is the one.
pub(crate) fn is_first_ready(one: &impl AsFd, other: &impl AsFd) -> bool {
    loop {
        let mut questions = [
            PollFd::new(one.as_fd(), PollFlags::POLLIN),
            PollFd::new(other.as_fd(), PollFlags::empty()),
        ];
        match nix::poll::poll(&mut questions, nix::poll::PollTimeout::NONE) {
            Err(Errno::EINTR) => {}
            // When nothing can be waited for, to read is the way to find out more.
            answered => return answered.is_err() || questions[0].any().unwrap_or(true),
        }
    }
}

/// Waits until a descriptor is readable; says whether it became so in time.
pub(crate) fn wait_until_readable(descriptor: &impl AsFd, patience: Duration) -> bool {
    let deadline = Instant::now() + patience;
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        let mut question = [PollFd::new(descriptor.as_fd(), PollFlags::POLLIN)];
        let limit = nix::poll::PollTimeout::try_from(left).unwrap_or(nix::poll::PollTimeout::MAX);
        match nix::poll::poll(&mut question, limit) {
            Ok(1..) => return true,
            Ok(_) if left.is_zero() => return false,
            _ => {}
        }
    }
}

/// Has this process killed when its parent dies.
pub(crate) fn die_with_parent() {
    #[cfg(target_os = "linux")]
    let _ = nix::sys::prctl::set_pdeathsig(Signal::SIGKILL);
}

/// The address of an abstract socket, which only Linux has.
#[cfg(target_os = "linux")]
pub(crate) fn abstract_address(name: &[u8]) -> Option<SocketAddr> {
    <SocketAddr as std::os::linux::net::SocketAddrExt>::from_abstract_name(name).ok()
}

/// The address of an abstract socket: there are none here.
#[cfg(not(target_os = "linux"))]
pub(crate) fn abstract_address(_name: &[u8]) -> Option<SocketAddr> {
    None
}

/// Takes a variable out of the environment.
pub(crate) fn remove_variable(name: &str, _proof: &OnlyThread) {
    // SAFETY: no other thread exists that could read the environment meanwhile.
    unsafe { std::env::remove_var(name) };
}

/// Replaces the signal mask.
#[allow(clippy::trivially_copy_pass_by_ref, reason = "larger on other platforms")]
pub(crate) fn set_signal_mask(mask: &SigSet) {
    // Cannot fail: the operation is valid and the memory is ours.
    let _ = sigprocmask(SigmaskHow::SIG_SETMASK, Some(mask), None);
}

/// Whether the working directory is the root.
pub(crate) fn is_in_root() -> bool {
    let mut path = [0_u8; 2];
    // SAFETY: the memory is ours and of the length that is told; longer paths are refused.
    let told = unsafe { libc::getcwd(path.as_mut_ptr().cast(), path.len()) };
    !told.is_null() && path == *b"/\0"
}

/// Sets the file mode creation mask, and returns the old one.
pub(crate) fn set_umask(mask: u32) -> u32 {
    // SAFETY: `umask` has no preconditions and cannot fail.
    #[allow(clippy::useless_conversion, reason = "narrower than `u32` on some platforms")]
    unsafe {
        // What does not fit was refused: a mask has nine bits.
        libc::umask(mask.try_into().unwrap_or_default()).into()
    }
}

/// The supplementary groups of an account, `primary` included.
#[cfg(not(any(target_vendor = "apple", target_os = "illumos", target_os = "solaris")))]
pub(crate) use nix::unistd::getgrouplist as group_list;

/// The supplementary groups of an account: unknown here, and to guess them would be worse than to
/// refuse.
#[cfg(any(target_vendor = "apple", target_os = "illumos", target_os = "solaris"))]
pub(crate) fn group_list(_name: &std::ffi::CStr, _primary: Gid) -> nix::Result<Vec<Gid>> {
    Err(Errno::ENOSYS)
}

/// The supplementary groups of this process.
#[cfg(not(target_vendor = "apple"))]
pub(crate) use nix::unistd::getgroups as groups;
/// Sets the supplementary groups of this process.
#[cfg(not(target_vendor = "apple"))]
pub(crate) use nix::unistd::setgroups as set_groups;

/// The supplementary groups of this process: here they are those of the account, whatever was set.
#[cfg(target_vendor = "apple")]
pub(crate) fn groups() -> nix::Result<Vec<Gid>> {
    Err(Errno::ENOSYS)
}

/// Sets the supplementary groups of this process: not so that it lasts here.
#[cfg(target_vendor = "apple")]
pub(crate) fn set_groups(_groups: &[Gid]) -> nix::Result<()> {
    Err(Errno::ENOSYS)
}

/// Sets real, effective and saved group id.
pub(crate) fn set_group_ids(group: Gid) -> nix::Result<()> {
    #[cfg(any(
        target_os = "linux",
        target_os = "freebsd",
        target_os = "dragonfly",
        target_os = "openbsd"
    ))]
    return nix::unistd::setresgid(group, group, group);
    // As root this sets all three.
    #[cfg(not(any(
        target_os = "linux",
        target_os = "freebsd",
        target_os = "dragonfly",
        target_os = "openbsd"
    )))]
    return nix::unistd::setgid(group);
}

/// Sets real, effective and saved user id.
pub(crate) fn set_user_ids(user: Uid) -> nix::Result<()> {
    #[cfg(any(
        target_os = "linux",
        target_os = "freebsd",
        target_os = "dragonfly",
        target_os = "openbsd"
    ))]
    return nix::unistd::setresuid(user, user, user);
    // As root this sets all three.
    #[cfg(not(any(
        target_os = "linux",
        target_os = "freebsd",
        target_os = "dragonfly",
        target_os = "openbsd"
    )))]
    return nix::unistd::setuid(user);
}

/// Whether real, effective and saved group id are this one.
pub(crate) fn has_group_ids(group: Gid) -> bool {
    #[cfg(any(
        target_os = "linux",
        target_os = "freebsd",
        target_os = "dragonfly",
        target_os = "openbsd"
    ))]
    return nix::unistd::getresgid()
        .is_ok_and(|ids| [ids.real, ids.effective, ids.saved] == [group; 3]);
    #[cfg(not(any(
        target_os = "linux",
        target_os = "freebsd",
        target_os = "dragonfly",
        target_os = "openbsd"
    )))]
    return [nix::unistd::getgid(), nix::unistd::getegid()] == [group; 2];
}

/// Whether real, effective and saved user id are this one.
pub(crate) fn has_user_ids(user: Uid) -> bool {
    #[cfg(any(
        target_os = "linux",
        target_os = "freebsd",
        target_os = "dragonfly",
        target_os = "openbsd"
    ))]
    return nix::unistd::getresuid()
        .is_ok_and(|ids| [ids.real, ids.effective, ids.saved] == [user; 3]);
    #[cfg(not(any(
        target_os = "linux",
        target_os = "freebsd",
        target_os = "dragonfly",
        target_os = "openbsd"
    )))]
    return [nix::unistd::getuid(), nix::unistd::geteuid()] == [user; 2];
}

/// Whether a process that gave up root gets it back by asking.
pub(crate) fn can_become_root() -> bool {
    nix::unistd::setuid(Uid::from_raw(0)).is_ok() || nix::unistd::seteuid(Uid::from_raw(0)).is_ok()
}

/// Whether any capability is left, permitted or effective.
#[cfg(target_os = "linux")]
pub(crate) fn has_capabilities() -> bool {
    const VERSION_3: u32 = 0x2008_0522;
    let mut header = [VERSION_3, 0];
    // Effective, permitted and inheritable, in two halves.
    let mut sets = [u32::MAX; 6];
    // SAFETY: header and sets have the layout of capget(2) for this version, and 0 stands for this
    // process.
    let result = unsafe { libc::syscall(libc::SYS_capget, header.as_mut_ptr(), sets.as_mut_ptr()) };
    result != 0 || [sets[0], sets[1], sets[3], sets[4]] != [0; 4]
}

/// Whether any capability is left: there are none here.
#[cfg(not(target_os = "linux"))]
pub(crate) fn has_capabilities() -> bool {
    false
}

/// Whether this is the only thread, asked of the kernel without `/proc`; `None` where it does not
/// say.
#[cfg(target_os = "linux")]
pub(crate) fn is_single_threaded() -> Option<bool> {
    // SAFETY: undoing the sharing with other threads is refused when there are any, and does
    // nothing when there are none.
    match Errno::result(unsafe { libc::unshare(libc::CLONE_THREAD) }) {
        Ok(_) => Some(true),
        Err(Errno::EINVAL) => Some(false),
        Err(_) => None,
    }
}

/// Whether this is the only thread; nothing here can tell.
#[cfg(not(target_os = "linux"))]
pub(crate) fn is_single_threaded() -> Option<bool> {
    None
}
