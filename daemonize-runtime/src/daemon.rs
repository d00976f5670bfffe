//! The builder: what a daemon will be. Every option of the attribute is one method, in the file of
//! its subject, and the method's documentation is that of the option. Hands the options on to
//! `start`.

// First, because rustdoc lists the methods in this order.
mod starting;

mod life;
mod manager;
mod places;
mod rights;
mod streams;

#[cfg(unix)]
pub use manager::notify_with_descriptors;
pub use manager::{notify, watchdog};

use crate::options::Options;
use crate::run::started;
use crate::start::{Parts, note_inherited};

/// Whether this process is a daemon that [`Daemon::start`] made.
///
/// `false` in the launcher, before a start, and in the foreground.
///
/// # Examples
///
/// ```
/// use daemonize_runtime::is_daemon;
///
/// let output = if is_daemon() { "the log" } else { "the terminal" };
/// println!("this line is on {output}");
/// ```
#[must_use]
#[inline]
pub fn is_daemon() -> bool {
    started::is_daemon()
}

/// Reports that the program is up.
///
/// With [`wait_ready`](Daemon::wait_ready) the standard streams change now and the launcher
/// returns. In the foreground the service manager is told. Standard output is flushed first.
///
/// Does nothing if it was called before, without `wait_ready`, before a start, and in a process
/// that the daemon has forked. If several threads call it at once, each returns when it is done. If
/// the launcher has died, the daemon exits.
///
/// # Examples
///
/// ```no_run
/// use std::net::TcpListener;
///
/// use daemonize_runtime::{daemonize, ready};
///
/// #[daemonize(wait_ready = true, redirect = "bot.log")]
/// fn main() -> std::io::Result<()> {
///     let listener = TcpListener::bind("127.0.0.1:7007")?;
///     ready();
///     for visitor in listener.incoming() {
///         println!("{:?} called", visitor?.peer_addr());
///     }
///     Ok(())
/// }
/// ```
pub fn ready() {
    started::ready();
}

/// Notes which descriptors are inherited. The attribute calls it as the first act of `main` if code
/// of the program runs before the start.
#[doc(hidden)]
#[inline]
pub fn __note_inherited() {
    note_inherited();
}

/// A daemon to be started: the options, and the start.
///
/// # Examples
///
/// ```no_run
/// use daemonize_runtime::Daemon;
///
/// fn main() -> Result<(), daemonize_runtime::Error> {
///     Daemon::new().redirect("out.log").chdir(false).start()?;
///     println!("only the daemon comes here");
///     Ok(())
/// }
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "a daemon does nothing until it is started"]
pub struct Daemon {
    options: Options,
    parts: Parts,
}
