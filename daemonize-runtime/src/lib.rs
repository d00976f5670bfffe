//! Turns a program into a well-behaved Unix daemon, by one attribute on `main`:
//!
//! ```no_run
//! use daemonize_runtime::daemonize;
//!
//! #[daemonize(redirect = "out.log", chdir = false)]
//! fn main() {
//!     println!("this line is in out.log, whatever happens to the terminal");
//! }
//! ```
//!
//! or, in a program that wants to handle a failed start itself, by the builder [`Daemon`], which has the same options.
//!
//! # What happens
//!
//! Three processes take part: the *launcher*, which the user started; the *session leader*, its child; and the
//! *daemon*, the child of that, where the body of `main` runs. One stage is one file of this crate:
//!
//! 1. `prepare`, in the launcher: everything that can fail while its error still reaches the terminal. The process
//!    has one thread; `/dev/null` and the log files are open; the PID file is open, checked and locked.
//! 2. `detach`: buffered output is flushed, and the launcher forks the session leader.
//! 3. `settle`, in the session leader: a new session without a terminal, default signals, no inherited descriptors,
//!    the working directory, and last the standard streams.
//! 4. `detach` again: the session leader forks the daemon, which is born ready, writes its PID into the file, and
//!    ends. The launcher then commits: it sends the daemon one byte, without which the body never runs, and leaves
//!    with `_exit(0)`.
//!
//! A start is a transaction. The launcher exits with 0 if and only if one daemon is up, recorded and locked.
//! Otherwise it prints one line, `program: what: why`, exits with a code of [`Error::exit_code`], and leaves nothing
//! running and nothing locked. A launcher that is interrupted takes the unfinished daemon along.

#![deny(unsafe_code)]

mod daemon;
mod error;
mod restart;
mod values;

#[cfg(unix)]
mod commands;
#[cfg(unix)]
pub mod control;
#[cfg(unix)]
mod descriptors;
#[cfg(unix)]
mod detach;
#[cfg(unix)]
mod foreground;
#[cfg(unix)]
mod init;
#[cfg(unix)]
mod notify;
#[cfg(unix)]
mod pid_file;
#[cfg(unix)]
mod prepare;
#[cfg(unix)]
mod privileges;
#[cfg(unix)]
mod proc_self;
#[cfg(unix)]
mod process;
#[cfg(unix)]
mod ready;
#[cfg(unix)]
mod reopen;
#[cfg(unix)]
mod report;
#[cfg(unix)]
mod root;
#[cfg(unix)]
mod settle;
#[cfg(unix)]
mod signals;
#[cfg(unix)]
mod streams;
#[cfg(unix)]
mod supervise;
#[cfg(unix)]
mod supervisor;
#[cfg(unix)]
mod sys;
#[cfg(unix)]
mod threads;
#[cfg(unix)]
mod trust;

#[cfg(unix)]
pub use commands::args_os;
pub use daemon::{Daemon, is_daemon, ready};
pub use daemonize_macros::daemonize;
pub use error::Error;
pub use restart::{Restart, RestartValue};
pub use values::{AccountValue, PathOrSwitch, PathValue};
