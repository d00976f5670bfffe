//! The builder: what a daemon shall be. Every option of the attribute is one method, in the file of
//! its subject, and its documentation is the option's documentation. Hands the options on to
//! `start`.

mod life;
mod manager;
mod places;
mod rights;
mod streams;

use std::process;

#[cfg(unix)]
pub use manager::notify_with_descriptors;
pub use manager::{notify, watchdog};

use crate::error::Error;
use crate::manage::words::{self, Program, by_word::by_word};
use crate::options::{Options, Side};
use crate::run::started;
use crate::start::parts::Parts;
use crate::start::{note_inherited, note_that_start_is_first, start};
use crate::sys::OnlyThread;

/// Whether this process is a daemon that [`Daemon::start`] made.
///
/// `false` in the launcher, before a start, and in a program that runs in the foreground.
#[must_use]
pub fn is_daemon() -> bool {
    started::is_daemon()
}

/// Says that the program is up: with [`wait_ready`](Daemon::wait_ready) the standard streams change
/// now, and the launcher returns; a service manager is told.
///
/// Standard output is flushed first. Does nothing when it is called again, without `wait_ready`,
/// before a start, and in a process that the daemon has forked. If the launcher has died, the
/// daemon exits.
pub fn ready() {
    started::ready();
}

/// Notes which descriptors are inherited. What the attribute does as the first act of `main`, where
/// code of the program's runs before the start.
#[doc(hidden)]
pub fn __note_inherited() {
    note_inherited();
}

/// A daemon to be started.
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

impl Daemon {
    /// A daemon with the default of every option: streams at `/dev/null`, working directory `/`,
    /// and `<program>.pid` in the start directory.
    pub fn new() -> Self {
        Self::default()
    }

    /// What the attribute begins with for `commands = true`: reads the word, so that the options
    /// which follow find [`args_os`](crate::args_os) without it.
    ///
    /// `has_parser`: the program reads its arguments on the terminal, by `before`. `files_vary`:
    /// the arguments may have a say in where its files are.
    #[doc(hidden)]
    pub fn with_commands(has_parser: bool, files_vary: bool) -> Self {
        let _ = words::hear(Program { has_parser, files_vary });
        Self::new()
    }

    /// Answers the program's first argument if it is `stop`, `status` or `log`, and exits;
    /// remembers `start`, `restart` and `run` for [`start_or_exit`](Self::start_or_exit). Does
    /// nothing for any other.
    ///
    /// What the attribute does for `commands = true`, before anything else. Of the options,
    /// `pid_file`, those that name a log, and those that say how the daemon is stopped have to be
    /// set. [`args_os`](crate::args_os) is without the word and its options afterwards.
    ///
    /// | word | what it does | exit code |
    /// |---|---|---|
    /// | none | starts the daemon | 75 when it runs already |
    /// | `start` | starts the daemon; prints its PID and its log | 0 also when it runs already, 75 while another start is under way |
    /// | `stop` | asks the daemon to end, and kills it when it does not; `--timeout SECONDS` says when | 0 stopped, or nothing to stop; 1 still running; 4 unknown |
    /// | `restart` | `stop`, then `start`, with the arguments that follow: those of the running one are not known | that of either; 1 when a service manager runs it |
    /// | `status` | prints one line; `--json` for scripts | 0 running or starting, 1 dead with a file left, 3 not running, 4 unknown |
    /// | `run` | stays in the foreground | the body's own; 75 when it runs already |
    /// | `log` | prints the last ten lines of the log; `-n NUMBER` of lines, `-f` to follow, `--stderr` for standard error in a file of its own | 0; 1 when it cannot be read, 6 when there is none |
    /// | `help` | lists the words, as [`commands_help`](crate::commands_help) has them; in a program without `before` | 0 |
    ///
    /// The options of a word stand directly behind it. What follows belongs to the program: to its
    /// own parser, and to an option such as `pid_file` that depends on it. With the attribute it is
    /// refused, with code 2, behind `stop`, `status`, `log` and `help` where all files are
    /// literals; and so is, in a program without `before`, a first argument that is nearly one of
    /// the words.
    ///
    /// Where there is no `fork`, only `run` and `help` work; the other words end with code 69.
    ///
    /// What runs already is found before the attribute evaluates `before`, unless the first
    /// argument begins with `-`, such as `--help`.
    pub fn answer_commands(&self) {
        words::answer(&self.options);
    }

    /// Starts the daemon. Returns `Ok` in the daemon, and only there: the launcher has left with
    /// `_exit(0)` then. In the foreground it returns `Ok` in the process that called it; as PID 1,
    /// in a child of it.
    ///
    /// # Errors
    ///
    /// Returns an [`Error`] in the launcher when the start failed. Nothing is running and nothing
    /// is locked then, and the process is as it was before. In the foreground it may have the new
    /// umask, root, ids and working directory already, and be without inherited descriptors.
    pub fn start(self) -> Result<(), Error> {
        start(&self.options, self.parts, false, None).map(drop)
    }

    /// Starts the daemon, and returns in the launcher as well, which goes on: for clients that
    /// start their server, and for programs that print what they have started.
    ///
    /// The same transaction as [`start`](Self::start): in the launcher, `Ok` says that one daemon
    /// is up, recorded and locked, and with [`wait_ready`](Self::wait_ready) that its body is
    /// ready. Signal actions, mask and descriptors of the launcher are as they were before. In the
    /// foreground it returns once, as [`Side::Daemon`].
    ///
    /// # Errors
    ///
    /// Those of [`start`](Self::start), in the launcher alone.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use daemonize_runtime::{Daemon, Side};
    ///
    /// # fn serve() -> Result<(), daemonize_runtime::Error> { Ok(()) }
    /// fn main() -> Result<(), daemonize_runtime::Error> {
    ///     match Daemon::new().pid_file("/run/agent.pid").start_and_return()? {
    ///         Side::Daemon => serve(),
    ///         Side::Launcher { daemon } => Ok(println!("agent started, PID {daemon}")),
    ///     }
    /// }
    /// ```
    pub fn start_and_return(self) -> Result<Side, Error> {
        start(&self.options, self.parts, true, None)
    }

    /// Starts the daemon like [`start`](Self::start), and does not count threads.
    ///
    /// For programs whose other threads cannot be avoided and are known: an allocator's background
    /// thread, a framework's clock. Only the calling thread goes on in the daemon; the others are
    /// gone there, wherever they were at that moment.
    ///
    /// # Safety
    ///
    /// The caller vouches that, from the call until it returns in the daemon, for each other thread
    /// of this process:
    ///
    /// - It holds no lock that the daemon will ever need, and is in the middle of no change to
    ///   memory that the daemon will ever look at. This includes the locks inside of the allocator,
    ///   of the C library (environment, time zone, name look-up, standard streams) and of every
    ///   other library. A thread that sleeps in a system call of its own and holds nothing meets
    ///   this; so does one that uses only what the daemon does not.
    /// - Nothing in the daemon waits for it, or sends it work that must be done.
    /// - It changes neither the process's working directory, umask, ids and signal actions, nor its
    ///   descriptors: the start uses and sets these.
    ///
    /// See fork(2) and `pthread_atfork(3)`.
    ///
    /// # Errors
    ///
    /// Those of [`start`](Self::start), but for the number of threads.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use daemonize_runtime::Daemon;
    ///
    /// // SAFETY: the only other thread is the allocator's, which is quiet and handles forks.
    /// unsafe { Daemon::new().redirect("out.log").start_with_threads()? };
    /// # Ok::<(), daemonize_runtime::Error>(())
    /// ```
    #[expect(unsafe_code, reason = "asks the caller for what it hands on")]
    #[expect(unsafe_op_in_unsafe_fn, reason = "hands it on and does nothing else")]
    pub unsafe fn start_with_threads(self) -> Result<(), Error> {
        start(&self.options, self.parts, false, Some(OnlyThread::vouched_for())).map(drop)
    }

    /// Starts the daemon, or says on standard error in one line why it did not start, and exits.
    ///
    /// Returns in the daemon alone, or in the foreground. The exit code of a failed start is
    /// [`Error::exit_code`].
    pub fn start_or_exit(self) {
        let started = match by_word() {
            Some(word) => word.start(self.options, self.parts),
            None => self.start(),
        };
        if let Err(error) = started {
            error.report();
            process::exit(error.exit_code().into());
        }
    }

    /// What the attribute calls where the start is the first act of `main`: all that can be
    /// inherited was, and is closed.
    #[doc(hidden)]
    pub fn start_first_or_exit(self) {
        note_that_start_is_first();
        self.start_or_exit();
    }
}
