//! What the body says to a service manager.

#[cfg(unix)]
use std::os::fd::BorrowedFd;
use std::time::Duration;

use crate::run::started;

/// Tells the service manager something: one assignment, or several on separate lines.
///
/// [`ready`](fn@crate::ready), the exit, and a log rotation by [`reopen`](crate::Daemon::reopen)
/// are reported without it. `sd_notify(3)` lists what a manager understands, such as:
///
/// | state | meaning |
/// |---|---|
/// | `STATUS=…` | what the program is doing, for `systemctl status` |
/// | `WATCHDOG=1` | it is still working, see [`watchdog`] |
/// | `EXTEND_TIMEOUT_USEC=…` | a start, a reload or a stop needs this much more time |
/// | `RELOADING=1`, with `MONOTONIC_USEC=…` | it reloads, until the next `READY=1` |
/// | `FDSTORE=1` | see [`notify_with_descriptors`] |
///
/// Does nothing if no manager listens: in a daemon, without `NOTIFY_SOCKET`, before the start, and
/// in a process that the body has forked. If the manager has no room, the message is lost; only
/// `READY=1` waits for room, for at most a second. In a container PID 1 passes the message on,
/// because the manager listens to that process.
///
/// # Examples
///
/// ```
/// daemonize_runtime::notify("STATUS=logged in");
/// daemonize_runtime::notify("STATUS=saving 12 of 40\nEXTEND_TIMEOUT_USEC=5000000");
/// ```
#[inline]
pub fn notify(state: &str) {
    started::notify(state);
}

/// Tells the service manager something, like [`notify`], and hands it copies of descriptors. With
/// `FDSTORE=1`, systemd keeps them while the service restarts.
///
/// The next start finds them from number 3 on, behind those of its sockets. `LISTEN_FDS` holds
/// their number, and `LISTEN_FDNAMES` their names. The unit needs `FileDescriptorStoreMax=`. A
/// message takes at most 253 descriptors. As PID 1 of a container the descriptors are not passed
/// on. See `sd_pid_notify_with_fds(3)`.
///
/// # Examples
///
/// ```no_run
/// use std::os::fd::AsFd;
///
/// let state = std::fs::File::create("state")?;
/// daemonize_runtime::notify_with_descriptors("FDSTORE=1\nFDNAME=state", &[state.as_fd()]);
/// # Ok::<(), std::io::Error>(())
/// ```
#[cfg(unix)]
#[inline]
pub fn notify_with_descriptors(state: &str, descriptors: &[BorrowedFd<'_>]) {
    started::notify_with_descriptors(state, descriptors);
}

/// How often the service manager wants `WATCHDOG=1` from this process: half of `WatchdogSec=`.
///
/// `None` without a watchdog, if the variables name another process, and if no manager listens. See
/// `sd_watchdog_enabled(3)`. The library never sends `WATCHDOG=1` by itself: that would hide a body
/// that hangs. Send it where the work is done, and not from a thread of its own.
///
/// # Examples
///
/// ```no_run
/// use std::time::Duration;
/// use daemonize_runtime::{daemonize, notify, watchdog};
///
/// #[daemonize]
/// fn main() {
///     let pause = watchdog().unwrap_or(Duration::from_secs(60));
///     loop {
///         // The work comes here, and takes less than `pause`.
///         notify("WATCHDOG=1");
///         std::thread::sleep(pause);
///     }
/// }
/// ```
#[must_use]
#[inline]
pub fn watchdog() -> Option<Duration> {
    started::watchdog()
}
