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
//! or, in a program that wants to handle a failed start itself, by the builder [`Daemon`], which
//! has the same options. The *launcher* is the process that the user has started, the *body* what
//! stands in `main`; it runs in the *daemon*.
//!
//! # Options
//!
//! Each is a method of [`Daemon`], whose documentation says more, and `key = value` in the
//! attribute.
//!
//! | what it is about | options |
//! |---|---|
//! | streams | [`redirect`](Daemon::redirect), [`stdin`](Daemon::stdin), [`stdout`](Daemon::stdout), [`stderr`](Daemon::stderr), [`close_fd`](Daemon::close_fd), [`reopen`](Daemon::reopen) |
//! | places | [`chdir`](Daemon::chdir), [`pid_file`](Daemon::pid_file), [`chroot`](Daemon::chroot) |
//! | rights | [`user`](Daemon::user), [`group`](Daemon::group), [`umask`](Daemon::umask), [`close_inherited`](Daemon::close_inherited) |
//! | life | [`when`](Daemon::when), [`wait_ready`](Daemon::wait_ready), [`restart`](Daemon::restart), [`stop_timeout`](Daemon::stop_timeout), [`stop_signal`](Daemon::stop_signal) |
//! | the attribute alone | `before`, `commands` ([`Daemon::answer_commands`]), `crate` |
//!
//! # Readiness
//!
//! A bot that loads its configuration or logs in somewhere is not up when it has only been forked.
//! With `wait_ready = true` the launcher waits until the body calls [`ready`](fn@ready), and the
//! body talks to the terminal until then; with `wait_ready = 30`, at most so many seconds. A body
//! that ends before is a failed start, with its own exit code:
//!
//! ```no_run
//! use daemonize_runtime::daemonize;
//!
//! #[daemonize(wait_ready = true, redirect = "bot.log")]
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     // An error here is seen on the terminal.
//!     let token = std::fs::read_to_string("/etc/bot/token")?;
//!     daemonize_runtime::ready();
//!     println!("logged in with {} bytes", token.len()); // this is in the log
//!     Ok(())
//! }
//! ```
//!
//! # Restarts
//!
//! With `restart = "on-failure"` or `"always"` the daemon becomes a supervisor, which forks a body,
//! and another one when that has ended, after a growing delay, until it gives up. What a body has
//! started goes with it, as far as it is in the body's process group. What ends the daemon, ends
//! both: by [`stop_signal`](Daemon::stop_signal), and by SIGKILL after
//! [`stop_timeout`](Daemon::stop_timeout). [`Daemon::restart`] says what the bodies share and what
//! they do not, and [`Restart`] sets the delays.
//!
//! # In the foreground
//!
//! A program must not fork away from what supervises it. When `when` is not given, it stays in the
//! foreground as PID 1, and when systemd has executed this very process and expects no fork. The
//! foreground differs from a daemon in this: nothing is forked but PID 1's own init, the standard
//! streams stay, signals stay ignored or blocked as they were (`nohup bot run &` survives its
//! terminal), and nothing is supervised.
//!
//! Any foreground speaks to the service manager that `NOTIFY_SOCKET` names: `READY=1` when it is
//! set up, or at [`ready`](fn@ready) with `wait_ready`; `STOPPING=1` at exit; with
//! [`reopen`](Daemon::reopen) `RELOADING=1` and `READY=1` around a log rotation, for
//! `Type=notify-reload`. What else there is to say, the body says by [`notify`], such as to the
//! [`watchdog`]. The variable is gone from the environment when the body runs.
//!
//! As PID 1 of a container the program is two processes. PID 1 itself becomes an init: it passes on
//! the signals that processes send it, reaps every orphan, speaks to the service manager, and ends
//! with the body's code, 128 + n for signal n. The body is its child, with signals as anywhere
//! else, so that SIGTERM ends it and it may end itself, and with its own children. `docker stop`
//! takes milliseconds then, and no `--init` is needed. Where more than one thread runs before the
//! start, or there is no room for a second process, PID 1 stays one process, and says in one line
//! what is missing.
//!
//! # What happens
//!
//! Three processes take part: the *launcher*, which the user started; the *session leader*, its
//! child; and the *daemon*, the child of that, where the body of `main` runs.
//!
//! 1. The launcher does everything that can fail while its error still reaches the terminal. It has
//!    one thread; `/dev/null` and the log files are open; the PID file is open, checked and locked.
//!    It flushes buffered output and forks the session leader.
//! 2. The session leader begins a session without a terminal. It sets up default signals, closes
//!    inherited descriptors, changes the working directory, and replaces the standard streams last.
//!    It forks the daemon, which is born ready, writes its PID into the file, and ends.
//! 3. The launcher commits: it sends the daemon one byte, without which the body never runs, and
//!    leaves with `_exit(0)`.
//!
//! A start is a transaction. The launcher exits with 0 if and only if one daemon is up, recorded
//! and locked. Otherwise it prints one line, `program: what: why`, exits with a code of
//! [`Error::exit_code`], and leaves nothing running and nothing locked. A launcher that is
//! interrupted takes the unfinished daemon along.
//!
//! # Questions
//!
//! **The program seems to exit at once.** The launcher does; the daemon goes on. Its output is at
//! `/dev/null`, unless [`redirect`](Daemon::redirect) says where.
//!
//! **My async runtime hangs in the daemon.** It was started before the fork. Let the attribute fork
//! first, which it does above and below `#[tokio::main]`; the builder belongs in front of the
//! runtime, and refuses to fork when there are threads.
//!
//! **A relative path leads elsewhere in the daemon.** Its working directory is `/`. The paths of
//! the options are relative to the start directory all the same; for the body's own, use
//! `chdir = false`, or make them absolute in `before`.
//!
//! **`--help` shows nothing.** Parse the arguments in `before`, which runs on the terminal.
//!
//! **How do I stop it?** `kill "$(cat bot.pid)"`, [`control::stop`], or `bot stop` with
//! `commands = true`.
//!
//! **The PID file is there, but nothing runs.** A killed daemon leaves it. Its lock is free, and
//! that is all the next start looks at.
//!
//! **`println!` panics.** It does when a write fails, as on a full disk. Use `writeln!` and decide
//! what to do. A logger that reports its own failures by `eprintln!` panics, too, unless it is told
//! not to, as `tracing-subscriber` is by `log_internal_errors(false)`.
//!
//! **A pipe or an ssh session waits for the daemon.** Not for this one: inherited descriptors do
//! not reach it. A child of the bot that inherits what the bot opened without close-on-exec may
//! keep it.
//!
//! **May I call it from a library?** [`Daemon::start`] is safe to call anywhere, and an error where
//! it cannot be sound: with threads, and where nobody can tell how many there are.
//!
//! **It refuses to start because of a thread that I cannot avoid.** Who knows that thread can vouch
//! for it, by [`Daemon::start_with_threads`].

#![deny(unsafe_code)]
#![cfg_attr(
    not(unix),
    allow(dead_code, unused_imports, reason = "without a fork the options are of no use")
)]

// From here down each folder uses only what stands below it. `manage`, `start`, `run`, `resources`
// and `sys` exist where there is a `fork`.
mod daemon;
mod error;
mod manage;
mod options;
mod resources;
mod run;
mod start;
mod sys;

#[doc(hidden)]
pub use daemon::__note_inherited;
#[cfg(unix)]
pub use daemon::notify_with_descriptors;
pub use daemon::{Daemon, is_daemon, notify, ready, watchdog};
pub use daemonize_macros::daemonize;
pub use error::{Error, ErrorKind};
#[cfg(unix)]
pub use manage::{args_os, commands_help, control};
pub use options::{
    AccountValue, MaskValue, PathOrSwitch, PathValue, Restart, RestartValue, Side, SignalValue,
    StreamValue, SwitchValue, TimeValue, WaitValue,
};
