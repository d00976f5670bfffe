//! Descriptors: which are open, what they are, and how they are closed and replaced.

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, RawFd};

use super::{Answer, Errno};

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
pub(crate) fn close_all_but(kept: &[RawFd]) {
    let mut first = 3;
    // They are few, and the code of std that sorts is larger than all of this.
    while let Some(next) = kept.iter().copied().filter(|&kept| kept >= first).min() {
        if first < next {
            close_range(first, next - 1);
        }
        first = next + 1;
    }
    close_range(first, RawFd::MAX);
}

/// Makes a descriptor lead to another file, close-on-exec.
#[inline]
pub(crate) fn replace_descriptor(descriptor: RawFd, file: BorrowedFd<'_>) -> Answer<()> {
    let file = file.as_raw_fd();
    // SAFETY: the number stays open, and whoever owns it still does.
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
    for first in numbers.clone().step_by(questions.len()) {
        let mut count = 0;
        for (question, fd) in questions.iter_mut().zip(first..numbers.end) {
            *question = libc::pollfd { fd, events: 0, revents: 0 };
            count += 1;
        }
        let questions = &mut questions[..count];
        ask_for_descriptors(questions);
        for answer in questions {
            if answer.revents != libc::POLLNVAL {
                open.push(answer.fd);
            }
        }
    }
}

/// Appends those of these descriptors that are open. `poll` does not answer for devices here.
#[cfg(target_vendor = "apple")]
pub(crate) fn find_open(numbers: std::ops::Range<RawFd>, open: &mut Vec<RawFd>) {
    open.extend(numbers.filter(|&number| is_open(number)));
}

/// Whether a descriptor is open, of whatever kind.
#[inline]
pub(crate) fn is_open(descriptor: RawFd) -> bool {
    // SAFETY: `F_GETFD` only reads, and a closed descriptor is answered with EBADF.
    unsafe { libc::fcntl(descriptor, libc::F_GETFD) != -1 }
}

/// Asks the kernel about some descriptors.
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
#[inline]
pub(crate) fn write_pieces(descriptor: RawFd, pieces: [&[u8]; 3]) {
    let pieces = pieces.map(io::IoSlice::new);
    // SAFETY: an `IoSlice` is laid out as an `iovec`, and what it points to lives through the call.
    unsafe { libc::writev(descriptor, pieces.as_ptr().cast(), 3) };
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

/// Writes all of a text to a descriptor, as far as that takes it.
pub(crate) fn write_all(descriptor: RawFd, mut text: &[u8]) {
    while !text.is_empty() {
        // SAFETY: pointer and length belong to one slice, and a closed descriptor is refused.
        let written = unsafe { libc::write(descriptor, text.as_ptr().cast(), text.len()) };
        match usize::try_from(written) {
            // What is not taken now is not tried again.
            Ok(0) => return,
            Ok(written) => text = text.get(written..).unwrap_or_default(),
            Err(_) if Errno::last() == Errno::EINTR => {}
            Err(_) => return,
        }
    }
}
