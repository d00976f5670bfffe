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
//! A program that handles a failed start itself uses the builder [`Daemon`], which has the same
//! options. The *launcher* is the process that the user started. The *body* is the code of `main`.
//! It runs in the *daemon*.
//!
//! # Options
//!
//! Each option is a method of [`Daemon`], which documents it, and `key = value` in the attribute.
//! Each takes an [`Option`] of its value; `None` means that the option is not set.
//!
//! | subject | options |
//! |---|---|
//! | streams | [`redirect`](Daemon::redirect), [`stdin`](Daemon::stdin), [`stdout`](Daemon::stdout), [`stderr`](Daemon::stderr), [`close_fd`](Daemon::close_fd), [`reopen`](Daemon::reopen) |
//! | places | [`chdir`](Daemon::chdir), [`pid_file`](Daemon::pid_file), [`create_dirs`](Daemon::create_dirs), [`chroot`](Daemon::chroot) |
//! | rights | [`user`](Daemon::user), [`group`](Daemon::group), [`umask`](Daemon::umask), [`close_inherited`](Daemon::close_inherited) |
//! | life | [`when`](Daemon::when), [`wait_ready`](Daemon::wait_ready), [`restart`](Daemon::restart), [`stop_timeout`](Daemon::stop_timeout), [`stop_signal`](Daemon::stop_signal) |
//! | the attribute alone | `before`, `commands`, `crate`: see [`daemonize`](macro@daemonize) |
//!
//! # Commands
//!
//! With `commands = true` the program answers words:
//!
//! ```no_run
//! use std::{thread, time::Duration};
//!
//! use daemonize_runtime::daemonize;
//!
//! #[daemonize(commands = true, redirect = "bot.log")]
//! fn main() {
//!     loop {
//!         println!("still here");
//!         thread::sleep(Duration::from_secs(60));
//!     }
//! }
//! ```
//!
//! ```text
//! $ bot start
//! bot started, PID 4711, log /srv/bot/bot.log
//! $ bot status
//! bot is running, PID 4711, since 2026-11-22T17:24:02Z, log /srv/bot/bot.log
//! $ bot stop
//! bot stopped
//! ```
//!
//! The words find the bot by its PID file. A relative path is resolved against the current
//! directory: give `pid_file` and `redirect` absolute paths if the words must work everywhere. The
//! program's own parser reads [`args_os`], which omits the word. [`Daemon::answer_commands`] has
//! the table of words and exit codes. [`commands_help`] is the text of `help`, for a program with
//! its own `--help`. [`control`] asks for the status, and stops the bot, from another program.
//!
//! # Readiness
//!
//! A bot that reads its configuration or logs in somewhere is not yet up when it has been forked.
//! With `wait_ready = true` the launcher waits until the body calls [`ready`](fn@ready); with
//! `wait_ready = 30` it waits at most 30 seconds. Until then the body talks to the terminal and the
//! PID file names nobody. If the body ends first, the start has failed, with the body's exit code,
//! or 70 if that is 0:
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
//! # Supervision
//!
//! With `restart = "on-failure"` or `"always"` the daemon becomes a supervisor. It forks the body,
//! and forks it again when it has ended:
//!
//! ```no_run
//! use std::time::Duration;
//!
//! use daemonize_runtime::{Restart, daemonize};
//!
//! #[daemonize(restart = Restart::on_failure().give_up(3, Duration::from_secs(30)))]
//! fn main() {
//!     // An async runtime is built here, once for each body.
//! }
//! ```
//!
//! The first delay is 1 s. It doubles up to 60 s, and is 1 s again after a minute without a
//! failure. After 5 failures within 60 s the supervisor gives up. [`Restart`] changes these
//! numbers. When a body ends, what is left of its process group is killed before the next one
//! starts. [`stop_signal`](Daemon::stop_signal) to the supervisor ends both processes, and after
//! [`stop_timeout`](Daemon::stop_timeout) SIGKILL does. [`Daemon::restart`] says what the bodies
//! share: all are forked from one process.
//!
//! # Foreground
//!
//! A program must not fork away from what supervises it. So unless [`when`](Daemon::when) is given,
//! it stays in the foreground as PID 1, and when systemd has executed this process and expects no
//! fork. The foreground differs from a daemon in four points: nothing is forked but PID 1's init;
//! the standard streams stay, and log files are not opened; signals stay ignored or blocked as they
//! were, so `nohup bot run &` survives its terminal; and nothing is supervised. A bot cannot run
//! twice, and behaves the same in a debugger.
//!
//! In the foreground the program speaks to the service manager that `NOTIFY_SOCKET` names. It
//! reports `READY=1` when it is set up, or at [`ready`](fn@ready) with `wait_ready`; `STOPPING=1`
//! at exit; and with [`reopen`](Daemon::reopen) `RELOADING=1` and `READY=1` around a log rotation,
//! for `Type=notify-reload`. The body adds what it likes by [`notify`], and feeds the [`watchdog`].
//! The variable leaves the environment before the body runs.
//!
//! As PID 1 of a container the program is two processes. PID 1 becomes an init: it forwards
//! signals, reaps orphans, speaks to the service manager, and exits with the body's code, or
//! `128 + n` for signal n. The body is its child and has default signals, so SIGTERM ends it:
//! `docker stop` takes milliseconds, and `--init` is not needed. If several threads run before the
//! start, or a second process cannot be forked, PID 1 stays one process and says so in one line.
//!
//! # Without `fork`
//!
//! On platforms such as Windows and WASI everything compiles, and a program works in the
//! foreground: with `when = false`, and by the word `run`. Whatever would detach ends with
//! [`ErrorKind::Unsupported`], "daemon mode is not supported on" that platform, and exit code 69.
//! So do `stop`, `restart`, `status` and `log`, and [`control`] returns the text.
//!
//! The foreground differs there in this:
//!
//! - There is no PID file, so nothing keeps a program from running twice, and no umask. A
//!   [`pid_file`](Daemon::pid_file) or [`umask`](Daemon::umask) that was asked for has no effect,
//!   and one line on standard error says so.
//! - [`user`](Daemon::user), [`group`](Daemon::group) and [`chroot`](Daemon::chroot) are refused.
//! - The working directory changes as elsewhere. If the default, `/`, cannot be entered, the
//!   program stays where it is.
//! - Service managers are told nothing, and [`close_inherited`](Daemon::close_inherited) closes
//!   nothing.
//!
//! # Start
//!
//! Three processes take part: the *launcher*; the *session leader*, its child; and the *daemon*,
//! the child of that.
//!
//! 1. The launcher does everything that can fail while its error still reaches the terminal. It
//!    makes sure that it has only one thread, opens `/dev/null` and the log files, and opens,
//!    checks and locks the PID file. It flushes buffered output and forks the session leader.
//! 2. The session leader begins a session without a terminal. It resets signals, closes inherited
//!    descriptors, changes the working directory, and replaces the standard streams last. It forks
//!    the daemon, writes its PID into the file, and ends.
//! 3. The launcher commits: it sends the daemon one byte, without which the body never runs, and
//!    leaves with `_exit(0)`.
//!
//! A start is a transaction. The launcher exits with 0 if and only if one daemon is up, recorded
//! and locked. Otherwise it prints one line, `program: what: why`, exits with the code of
//! [`Error::exit_code`], and leaves nothing running and nothing locked. If the launcher is
//! interrupted, the unfinished daemon ends too.
//!
//! # Questions
//!
//! **The program seems to exit at once, and `println!` prints nothing.** The launcher exits. The
//! daemon goes on, and its output goes to `/dev/null` unless [`redirect`](Daemon::redirect) names a
//! file.
//!
//! **My async runtime hangs in the daemon.** It was started before the fork. The attribute forks
//! first, above or below `#[tokio::main]`. With the builder, start the daemon before the runtime.
//!
//! **A relative path does not work in the daemon.** The working directory is `/`. Only paths in
//! options are relative to the start directory. For the body's own paths set `chdir = false`, or
//! make them absolute in `before`.
//!
//! **`--help` prints nothing.** Parse the arguments in `before`, which runs on the terminal.
//!
//! **How do I stop it?** `kill "$(cat bot.pid)"`, [`control::stop`], or `bot stop` with
//! `commands = true`.
//!
//! **How do I debug and test it?** In the foreground: by `bot run` with `commands = true`, or by an
//! argument of your own that sets [`when`](Daemon::when). A test of the daemon starts the program.
//! With `wait_ready`, exit code 0 says that the bot is up. [`control::stop`] ends it.
//!
//! **How do I run two of them?** Each needs its own PID file: start them in different directories,
//! or let an argument choose [`pid_file`](Daemon::pid_file). With `commands = true`, read that
//! argument from [`args_os`].
//!
//! **How do I bind port 80 and drop privileges?** Bind in `before`, which runs as root, and set
//! [`user`](Daemon::user). What `before` opens stays open in the daemon.
//!
//! **Does it come back after a reboot?** Not by itself. Let a systemd unit start it, or cron with
//! `@reboot cd "$HOME" && /usr/local/bin/bot`.
//!
//! **Does it run on macOS and the BSDs?** It compiles for macOS, FreeBSD and NetBSD, but has never
//! run there. [`user`](Daemon::user) and [`group`](Daemon::group) are refused on macOS.
//!
//! **The PID file is there, but nothing runs.** A killed daemon leaves its file. The lock is free,
//! so the next start takes the file over.
//!
//! **`println!` panics.** It does when a write fails, for example on a full disk. Use `writeln!`
//! and handle the error. A logger that reports its own failures by `eprintln!` panics too:
//! `tracing-subscriber` needs `log_internal_errors(false)`.
//!
//! **A pipe or an ssh session waits for the daemon.** The daemon has no inherited descriptor. A
//! child of the bot may have one that the bot opened without close-on-exec.
//!
//! **May a library start a daemon?** Yes. [`Daemon::start`] is safe to call anywhere. It returns an
//! error if there are several threads, or if they cannot be counted.
//!
//! **I cannot avoid a thread before the start.** If you know what it does, vouch for it with
//! [`Daemon::start_with_threads`].

#![deny(unsafe_code)]
#![cfg_attr(
    not(unix),
    allow(dead_code, unused_imports, reason = "without a fork the options are of no use")
)]

// From here down each folder uses only what stands below it. Where there is no `fork`, a file takes
// the place of a folder.
mod daemon;
mod error;
mod manage;
mod options;
#[cfg(unix)]
mod resources;
#[cfg_attr(not(unix), path = "run/without_fork.rs")]
mod run;
#[cfg_attr(not(unix), path = "start/without_fork.rs")]
mod start;
#[cfg_attr(not(unix), path = "sys/without_fork.rs")]
mod sys;

#[doc(hidden)]
pub use daemon::__note_inherited;
#[cfg(unix)]
pub use daemon::notify_with_descriptors;
pub use daemon::{Daemon, is_daemon, notify, ready, watchdog};
pub use daemonize_macros::daemonize;
pub use error::{Error, ErrorKind};
pub use manage::{args_os, commands_help, control};
pub use options::{
    AccountValue, MaskValue, PathOrSwitch, PathValue, Restart, RestartValue, Side, SignalValue,
    StreamValue, SwitchValue, TimeValue, WaitValue,
};
