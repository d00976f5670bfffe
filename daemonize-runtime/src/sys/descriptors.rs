//! Descriptors: which are open, what they are, and how to wait for them.

use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, RawFd};
use std::os::unix::net::SocketAddr;
use std::time::Duration;

use nix::errno::Errno;
use nix::libc;
use nix::poll::{PollFd, PollFlags};

use super::time::Deadline;

/// Closes descriptors that nothing in this program owns, in ascending order.
pub(crate) fn close_all(descriptors: &[RawFd]) {
    for run in descriptors.chunk_by(|one, next| one + 1 == *next) {
        if run.len() == 1 || !close_range(run[0], run[run.len() - 1]) {
            for &descriptor in run {
                // SAFETY: the descriptor was open before anything of the program's had run. Who has
                // made an object of a number that it was told says so, by close-on-exec or by
                // `close_inherited`. An error changes nothing: the descriptor is gone even after
                // EINTR.
                unsafe { libc::close(descriptor) };
            }
        }
    }
}

/// Closes every descriptor from 3 up but these, where the kernel can do that: they have copies in
/// another process, and this one runs nothing any more that knows of them.
pub(crate) fn close_all_but(mut kept: Vec<RawFd>) {
    kept.sort_unstable();
    let mut first = 3;
    for kept in kept {
        if first < kept {
            close_range(first, kept - 1);
        }
        first = kept + 1;
    }
    close_range(first, RawFd::MAX);
}

/// Has a descriptor lead to another file, and closes it in what is executed.
pub(crate) fn replace_descriptor(descriptor: RawFd, file: &impl AsFd) -> nix::Result<()> {
    let file = file.as_fd().as_raw_fd();
    // SAFETY: the number stays open, so that whoever owns it still does.
    #[cfg(not(any(target_vendor = "apple", target_os = "android")))]
    let replaced = unsafe { libc::dup3(file, descriptor, libc::O_CLOEXEC) };
    // SAFETY: as above.
    #[cfg(any(target_vendor = "apple", target_os = "android"))]
    let replaced = unsafe {
        libc::dup2(file, descriptor).min(libc::fcntl(descriptor, libc::F_SETFD, libc::FD_CLOEXEC))
    };
    Errno::result(replaced).map(drop)
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

/// Appends those of these descriptors that are open, but for those of `O_PATH`, which `poll` calls
/// closed.
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

/// Appends those of these descriptors that are open. `poll` does not answer for devices here.
#[cfg(target_vendor = "apple")]
pub(crate) fn find_open(numbers: std::ops::Range<RawFd>, open: &mut Vec<RawFd>) {
    open.extend(numbers.filter(|&number| is_open(number)));
}

/// Whether a descriptor is open, of whatever kind.
pub(crate) fn is_open(descriptor: RawFd) -> bool {
    // SAFETY: `F_GETFD` only reads, and a closed descriptor is answered with EBADF.
    unsafe { libc::fcntl(descriptor, libc::F_GETFD) != -1 }
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

/// Whether programs that are executed inherit an open descriptor.
pub(crate) fn is_inheritable(descriptor: RawFd) -> bool {
    // SAFETY: `F_GETFD` only reads.
    unsafe { libc::fcntl(descriptor, libc::F_GETFD) & libc::FD_CLOEXEC == 0 }
}

/// Writes to a descriptor by one call, if it can. Async-signal-safe.
pub(crate) fn write_pieces(descriptor: RawFd, pieces: [&[u8]; 3]) {
    let pieces = pieces.map(io::IoSlice::new);
    // SAFETY: the descriptor is only written to, and the borrow ends with the call.
    let descriptor = unsafe { BorrowedFd::borrow_raw(descriptor) };
    let _ = nix::sys::uio::writev(descriptor, &pieces);
}

/// Which numbers descriptors are likely to have: everything below this.
pub(crate) fn descriptor_limit() -> RawFd {
    // The limit may have been lowered below what is open, and there may be none.
    const AT_LEAST: RawFd = 4096;
    // SAFETY: `sysconf` only reads.
    let limit = unsafe { libc::sysconf(libc::_SC_OPEN_MAX) };
    RawFd::try_from(limit).unwrap_or(RawFd::MAX).max(AT_LEAST)
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

/// Waits until something happens to one of these descriptors, or a signal comes that is blocked
/// otherwise, or the time is up; says what happened to each.
pub(crate) fn wait_for_events<const N: usize>(
    questions: [(BorrowedFd<'_>, PollFlags); N],
    limit: Option<Duration>,
) -> [PollFlags; N] {
    let mut questions = questions.map(|(descriptor, events)| PollFd::new(descriptor, events));
    #[cfg(any(target_os = "linux", target_os = "android", target_os = "freebsd"))]
    let _ = nix::poll::ppoll(
        &mut questions,
        limit.map(nix::sys::time::TimeSpec::from_duration),
        Some(nix::sys::signal::SigSet::empty()),
    );
    // There is no `ppoll` here, so that a signal between check and wait is noticed by the clock.
    #[cfg(not(any(target_os = "linux", target_os = "android", target_os = "freebsd")))]
    let _ = {
        let limit = limit.unwrap_or(Duration::MAX).min(Duration::from_millis(100));
        nix::poll::poll(&mut questions, limit.try_into().unwrap_or(nix::poll::PollTimeout::MAX))
    };
    questions.map(|question| question.revents().unwrap_or(PollFlags::empty()))
}

/// Waits until the one descriptor can be read, or the other end of the other one is gone; says
/// whether it is the one. `None` when neither comes in time.
pub(crate) fn is_first_ready(
    one: &impl AsFd,
    other: &impl AsFd,
    deadline: Deadline,
) -> Option<bool> {
    let mut chances = 2;
    loop {
        let left = deadline.left();
        let mut questions = [
            PollFd::new(one.as_fd(), PollFlags::POLLIN),
            PollFd::new(other.as_fd(), PollFlags::empty()),
        ];
        let limit = nix::poll::PollTimeout::try_from(left).unwrap_or(nix::poll::PollTimeout::MAX);
        match nix::poll::poll(&mut questions, limit) {
            Ok(0) if left.is_zero() => return None,
            Ok(0) | Err(Errno::EINTR) => {}
            Ok(_) => return Some(questions[0].any().unwrap_or(true)),
            // A single refusal tells nothing, and a read does not notice the end of the other one.
            Err(_) if chances > 0 => chances -= 1,
            // When nothing can be waited for, to read is the way to find out more.
            Err(_) => return Some(true),
        }
    }
}

/// Between two looks where nothing can be waited for.
const PAUSE: Duration = Duration::from_millis(10);

/// Waits until a descriptor is readable; says whether it became so in time.
pub(crate) fn wait_until_readable(descriptor: &impl AsFd, patience: Duration) -> bool {
    wait_until(descriptor, PollFlags::POLLIN, patience)
}

/// Waits until a descriptor takes something; says whether it did so in time.
pub(crate) fn wait_until_writable(descriptor: &impl AsFd, patience: Duration) -> bool {
    wait_until(descriptor, PollFlags::POLLOUT, patience)
}

fn wait_until(descriptor: &impl AsFd, event: PollFlags, patience: Duration) -> bool {
    let deadline = Deadline::after(patience);
    loop {
        let left = deadline.left();
        let mut question = [PollFd::new(descriptor.as_fd(), event)];
        let limit = nix::poll::PollTimeout::try_from(left).unwrap_or(nix::poll::PollTimeout::MAX);
        match nix::poll::poll(&mut question, limit) {
            Ok(1..) => return true,
            _ if left.is_zero() => return false,
            Ok(_) | Err(Errno::EINTR) => {}
            // Where nothing can be waited for, the clock has to do.
            Err(_) => std::thread::sleep(left.min(PAUSE)),
        }
    }
}

/// Whether a write here would not have to wait.
pub(crate) fn is_writable_now(descriptor: &impl AsFd) -> bool {
    let mut question = [PollFd::new(descriptor.as_fd(), PollFlags::POLLOUT)];
    nix::poll::poll(&mut question, nix::poll::PollTimeout::ZERO) == Ok(1)
        && question[0].revents().is_some_and(|events| events.contains(PollFlags::POLLOUT))
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
