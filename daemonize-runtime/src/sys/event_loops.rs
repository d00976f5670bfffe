//! Event loops: descriptors that tell what happens to others.

use std::os::fd::RawFd;

/// What kind of event loop a descriptor is, if it is one.
#[cfg(any(target_os = "linux", target_os = "android"))]
#[inline]
pub(crate) fn event_loop(descriptor: RawFd) -> Option<&'static str> {
    match std::fs::read_link(format!("/proc/self/fd/{descriptor}")) {
        Ok(link) if link.as_os_str() == "anon_inode:[eventpoll]" => Some("an epoll"),
        Ok(link) if link.as_os_str() == "anon_inode:[io_uring]" => Some("an io_uring"),
        Ok(_) => None,
        // Without `/proc` an io_uring is not found: the call that would tell is one for which
        // filters kill.
        Err(_) => is_epoll(descriptor).then_some("an epoll"),
    }
}

/// Asks an epoll to forget what it has never known.
#[cfg(any(target_os = "linux", target_os = "android"))]
#[inline]
fn is_epoll(descriptor: RawFd) -> bool {
    use std::os::fd::AsRawFd;

    use super::Errno;
    let Ok((unknown, _)) = std::io::pipe() else { return false };
    let unknown = unknown.as_raw_fd();
    let mut no_event = libc::epoll_event { events: 0, u64: 0 };
    // SAFETY: the event is ours and only read, and nothing can be forgotten that is new.
    let answer =
        unsafe { libc::epoll_ctl(descriptor, libc::EPOLL_CTL_DEL, unknown, &raw mut no_event) };
    Errno::result(answer) == Err(Errno::ENOENT)
}

/// What kind of event loop a descriptor is, if it is one: asks for no event at all, which anything
/// else refuses. Compiled by the checks and never run.
#[cfg(any(
    target_vendor = "apple",
    target_os = "freebsd",
    target_os = "dragonfly",
    target_os = "netbsd",
    target_os = "openbsd"
))]
#[inline]
pub(crate) fn event_loop(descriptor: RawFd) -> Option<&'static str> {
    use std::ptr::{null, null_mut};
    // SAFETY: of no changes and no events neither is read or written, and a null pointer stands for
    // no time limit, which is never waited for.
    let answer = unsafe { libc::kevent(descriptor, null(), 0, null_mut(), 0, null()) };
    (answer == 0).then_some("a kqueue")
}

/// This system has no event loop that is known here.
#[cfg(not(any(
    target_os = "linux",
    target_os = "android",
    target_vendor = "apple",
    target_os = "freebsd",
    target_os = "dragonfly",
    target_os = "netbsd",
    target_os = "openbsd"
)))]
#[inline]
pub(crate) fn event_loop(_descriptor: RawFd) -> Option<&'static str> {
    None
}
