//! The `sd_notify(3)` protocol: one datagram a message. The connection is made while its address
//! still means what the manager meant: before the root changes, and before the variable that names
//! it leaves the environment. The known crates read that variable each time.

use std::ffi::OsStr;
use std::io::Write;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::UnixDatagram;
use std::time::Duration;

use crate::sys::{self, Errno};

/// What the manager waits for.
const READY: &[u8] = b"READY=1";

/// How long [`READY`] waits for room in the manager's queue: without it the start has failed.
const PATIENCE: Duration = Duration::from_secs(1);

/// A service manager that listens.
#[derive(Debug)]
pub(crate) struct Manager(UnixDatagram);

impl Manager {
    /// The manager behind the value of `NOTIFY_SOCKET`: a path, or an abstract name behind `@`.
    /// Others are not spoken to, such as sockets of virtual machines.
    pub(crate) fn at(socket: &OsStr) -> Option<Self> {
        let is_known = match socket.as_bytes().first() {
            Some(b'@') => cfg!(target_os = "linux"),
            first => first == Some(&b'/'),
        };
        if is_known { Self::over(sys::connect_datagram(socket).ok()?) } else { None }
    }

    /// A manager that is spoken to over this socket. One that does not listen any more must not
    /// stop the program.
    pub(crate) fn over(socket: UnixDatagram) -> Option<Self> {
        sys::set_status_flags(&socket, libc::O_NONBLOCK).ok()?;
        Some(Self(socket))
    }

    /// Says that the program is up.
    pub(crate) fn ready(&self) {
        self.send(READY);
    }

    /// Says that the program is about to end.
    pub(crate) fn stopping(&self) {
        self.send(b"STOPPING=1");
    }

    /// Says that the program reloads, until it is ready again.
    #[inline]
    pub(crate) fn reloading(&self) {
        let mut message = [0; 64];
        let mut rest = &mut message[..];
        // Not through a `String`: this is for a signal handler.
        let now = sys::monotonic_time().as_micros();
        let _ = write!(rest, "RELOADING=1\nMONOTONIC_USEC={now}");
        let length = 64 - rest.len();
        self.send(&message[..length]);
    }

    /// Sends a message, which is lost when nobody takes it. Async-signal-safe.
    pub(crate) fn send(&self, message: &[u8]) {
        let Self(socket) = self;
        if sys::send(socket.as_fd(), message) == Err(Errno::EAGAIN)
            && message.starts_with(READY)
            && sys::wait_until_writable(socket, PATIENCE)
        {
            let _ = sys::send(socket.as_fd(), message);
        }
    }

    /// Sends a message with copies of descriptors, which are lost with it.
    #[inline]
    pub(crate) fn send_with(&self, message: &[u8], descriptors: &[BorrowedFd<'_>]) {
        let _ = sys::send_with_descriptors(&self.0, message, descriptors);
    }
}

/// Half of the time within which the manager wants to hear from this process, if it does.
#[inline]
pub(crate) fn watchdog(own: u32, variable: impl Fn(&str) -> Option<String>) -> Option<Duration> {
    let is_meant = variable("WATCHDOG_PID").is_none_or(|named| named == own.to_string());
    let limit: u64 = variable("WATCHDOG_USEC").filter(|_| is_meant)?.parse().ok()?;
    // The greatest stands for "never".
    (2..u64::MAX).contains(&limit).then(|| Duration::from_micros(limit / 2))
}

impl AsFd for Manager {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_watchdog_is_spoken_to_twice_as_often_as_it_asks_for() {
        let cases = [
            (Some("3000000"), None, Some(1_500_000)),
            (Some("3000000"), Some("500"), Some(1_500_000)),
            (Some("2"), Some("500"), Some(1)),
            (Some("3000000"), Some("499"), None),
            (Some("3000000"), Some(""), None),
            (Some("3000000"), Some("0500"), None),
            (Some("1"), None, None),
            (Some("0"), None, None),
            (Some("-1"), None, None),
            (Some("3 s"), None, None),
            (Some("18446744073709551615"), None, None),
            (Some("18446744073709551616"), None, None),
            (None, Some("500"), None),
        ];
        for (limit, pid, expected) in cases {
            let variable = |name: &str| match name {
                "WATCHDOG_USEC" => limit.map(str::to_owned),
                _ => pid.map(str::to_owned),
            };
            let interval = expected.map(Duration::from_micros);
            assert_eq!(watchdog(500, variable), interval, "{limit:?} for {pid:?}");
        }
    }
}
