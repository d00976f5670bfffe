//! Waiting until something happens to a descriptor, by `poll(2)`.

use std::os::fd::{AsFd, AsRawFd, BorrowedFd};
use std::time::Duration;

use super::{Answer, Deadline, Errno};

/// What may happen to a descriptor: bits of poll(2).
pub(crate) type Events = i16;

pub(crate) const READABLE: Events = libc::POLLIN;
pub(crate) const WRITABLE: Events = libc::POLLOUT;
/// Nothing but what is always told: that the other end is gone, or that something is wrong.
pub(crate) const ITS_END: Events = 0;
pub(crate) const GONE: Events = libc::POLLHUP | libc::POLLERR;

/// Between two looks where nothing can be waited for.
const PAUSE: Duration = Duration::from_millis(10);

fn question(descriptor: BorrowedFd<'_>, events: Events) -> libc::pollfd {
    libc::pollfd { fd: descriptor.as_raw_fd(), events, revents: 0 }
}

/// Asks, and waits for an answer so long, or without a limit; how many have one.
fn poll(questions: &mut [libc::pollfd], limit: Option<Duration>) -> Answer<i32> {
    let limit = limit.map_or(-1, |limit| i32::try_from(limit.as_millis()).unwrap_or(i32::MAX));
    let count = questions.len().try_into().unwrap_or_default();
    // SAFETY: pointer and length belong to one slice.
    Errno::result(unsafe { libc::poll(questions.as_mut_ptr(), count, limit) })
}

/// Waits for a moment. Async-signal-safe.
pub(super) fn pause() {
    let _ = poll(&mut [], Some(PAUSE));
}

/// Waits until one of these descriptors can be read, or a signal is handled.
pub(crate) fn wait_for_one(one: BorrowedFd<'_>, other: Option<BorrowedFd<'_>>) {
    let mut questions = [question(one, READABLE), question(other.unwrap_or(one), READABLE)];
    // After an error there is nothing to do, and the next wait comes.
    let _ = poll(&mut questions, None);
}

/// Waits until something happens to one of two descriptors, or a signal comes that is blocked
/// otherwise, or the time is up; says what happened to each.
#[inline]
pub(crate) fn wait_for_events(
    questions: [(BorrowedFd<'_>, Events); 2],
    limit: Option<Duration>,
) -> [Events; 2] {
    let mut questions = questions.map(|(descriptor, events)| question(descriptor, events));
    #[cfg(any(target_os = "linux", target_os = "android", target_os = "freebsd"))]
    {
        let limit = limit.map(super::timespec);
        let limit = limit.as_ref().map_or(std::ptr::null(), std::ptr::from_ref);
        let nothing = super::SignalSet::empty();
        // SAFETY: pointer and length belong to one array; time and set live through the call.
        unsafe { libc::ppoll(questions.as_mut_ptr(), 2, limit, nothing.as_ptr()) };
    }
    // There is no `ppoll` here. A signal between check and wait is noticed by the clock.
    #[cfg(not(any(target_os = "linux", target_os = "android", target_os = "freebsd")))]
    {
        let limit = limit.unwrap_or(Duration::MAX).min(Duration::from_millis(100));
        let _ = poll(&mut questions, Some(limit));
    }
    questions.map(|question| question.revents)
}

/// Waits until the one descriptor can be read, or the other end of the other one is gone; says
/// whether it is the one. `None` when neither comes in time.
#[inline]
pub(crate) fn is_first_ready(
    one: BorrowedFd<'_>,
    other: BorrowedFd<'_>,
    deadline: Deadline,
) -> Option<bool> {
    let mut chances = 2;
    loop {
        let left = deadline.left();
        let mut questions = [question(one, READABLE), question(other, ITS_END)];
        match poll(&mut questions, Some(left)) {
            Ok(0) if left.is_zero() => return None,
            Ok(0) | Err(Errno::EINTR) => {}
            Ok(_) => return Some(questions[0].revents != 0),
            // A single refusal tells nothing, and a read does not notice the end of the other one.
            Err(_) if chances > 0 => chances -= 1,
            // When nothing can be waited for, to read is the way to find out more.
            Err(_) => return Some(true),
        }
    }
}

/// Waits until a descriptor is readable; says whether it became so in time.
pub(crate) fn wait_until_readable(descriptor: &impl AsFd, patience: Duration) -> bool {
    wait_until(descriptor.as_fd(), READABLE, patience)
}

/// Waits until a descriptor takes something; says whether it did so in time.
pub(crate) fn wait_until_writable(descriptor: &impl AsFd, patience: Duration) -> bool {
    wait_until(descriptor.as_fd(), WRITABLE, patience)
}

fn wait_until(descriptor: BorrowedFd<'_>, event: Events, patience: Duration) -> bool {
    let deadline = Deadline::after(patience);
    loop {
        let left = deadline.left();
        match poll(&mut [question(descriptor, event)], Some(left)) {
            Ok(1..) => return true,
            _ if left.is_zero() => return false,
            Ok(_) | Err(Errno::EINTR) => {}
            // Where nothing can be waited for, the clock has to do.
            Err(_) => std::thread::sleep(left.min(PAUSE)),
        }
    }
}

/// Waits this long, or until nobody reads what is written here; says whether nobody does.
#[inline]
pub(crate) fn is_end_gone_within(descriptor: &impl AsFd, patience: Duration) -> bool {
    let mut question = [question(descriptor.as_fd(), ITS_END)];
    match poll(&mut question, Some(patience)) {
        Ok(0) => false,
        Ok(_) if question[0].revents & GONE != 0 => true,
        // Some systems cannot tell for every kind of file.
        _ => {
            std::thread::sleep(patience);
            false
        }
    }
}

/// Whether a write here would not have to wait.
#[inline]
pub(crate) fn is_writable_now(descriptor: &impl AsFd) -> bool {
    let mut question = [question(descriptor.as_fd(), WRITABLE)];
    poll(&mut question, Some(Duration::ZERO)) == Ok(1) && question[0].revents & WRITABLE != 0
}
