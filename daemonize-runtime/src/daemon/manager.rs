//! What the body says to a service manager.

#[cfg(unix)]
use std::os::fd::BorrowedFd;
use std::time::Duration;

use crate::run::started;

/// Tells the service manager something: one assignment, or several on lines of their own.
///
/// [`ready`](fn@crate::ready), the exit, and a log rotation by [`reopen`](crate::Daemon::reopen)
/// are told without this. What a manager understands is listed in `sd_notify(3)`, such as:
///
/// | state | what it says |
/// |---|---|
/// | `STATUS=…` | what the program is doing, for `systemctl status` |
/// | `WATCHDOG=1` | that it still works, see [`watchdog`] |
/// | `EXTEND_TIMEOUT_USEC=…` | that a start, a reload or a stop needs so much more time |
/// | `RELOADING=1`, with `MONOTONIC_USEC=…` | that it reloads, until the next `READY=1` |
/// | `FDSTORE=1` | see [`notify_with_descriptors`] |
///
/// Does nothing where no manager listens: in a daemon, without `NOTIFY_SOCKET`, before the start,
/// and in a process that the body has forked. A message for which the manager has no room is lost;
/// only `READY=1` waits for room, a second at most. In a container PID 1 passes the message on,
/// since the manager listens to that process.
///
/// # Examples
///
/// ```
/// daemonize_runtime::notify("STATUS=logged in");
/// daemonize_runtime::notify("STATUS=saving 12 of 40\nEXTEND_TIMEOUT_USEC=5000000");
/// ```
pub fn notify(state: &str) {
    started::notify(state);
}

/// Tells the service manager something, as [`notify`] does, and hands it copies of descriptors: by
/// `FDSTORE=1`, systemd keeps them over a restart of the service.
///
/// The next start finds them behind those of its sockets, from number 3 on; `LISTEN_FDS` says how
/// many there are, and `LISTEN_FDNAMES` what they are called. The unit needs
/// `FileDescriptorStoreMax=`. A message takes at most 253 descriptors. As PID 1 of a container the
/// descriptors are not passed on. See `sd_pid_notify_with_fds(3)`.
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
pub fn notify_with_descriptors(state: &str, descriptors: &[BorrowedFd<'_>]) {
    started::notify_with_descriptors(state, descriptors);
}

/// How often the service manager wants to hear `WATCHDOG=1` from this process, if it does: half of
/// `WatchdogSec=`.
///
/// `None` without a watchdog, where the variables name another process, and where no manager
/// listens. See `sd_watchdog_enabled(3)`. The library never says `WATCHDOG=1` by itself: that would
/// hide that the body hangs. Say it where the work gets done, and not in a thread of its own.
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
pub fn watchdog() -> Option<Duration> {
    started::watchdog()
}
