//! How a daemon is made and started.

use std::process;

use crate::daemon::Daemon;
use crate::error::Error;
use crate::manage::words::{self, Program, by_word::by_word};
use crate::options::Side;
use crate::start::{note_that_start_is_first, start};
use crate::sys::OnlyThread;

impl Daemon {
    /// A daemon with the default of every option: streams at `/dev/null`, working directory `/`,
    /// and `<program>.pid` in the start directory.
    ///
    /// # Examples
    ///
    /// ```
    /// use daemonize_runtime::Daemon;
    ///
    /// let daemon = Daemon::new().redirect("bot.log");
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// What the attribute begins with for `commands = true`: reads the word. In the options that
    /// follow, [`args_os`](crate::args_os) is without it.
    ///
    /// `has_parser`: the program reads its arguments on the terminal, in `before`. `files_vary`:
    /// the arguments may decide where its files are.
    #[doc(hidden)]
    #[inline]
    pub fn with_commands(has_parser: bool, files_vary: bool) -> Self {
        let _ = words::hear(Program { has_parser, files_vary });
        Self::new()
    }

    /// Answers the program's first argument if it is `stop`, `status` or `log`, and exits.
    /// Remembers `start`, `restart` and `run` for [`start_or_exit`](Self::start_or_exit). Does
    /// nothing for any other argument.
    ///
    /// The attribute calls this for `commands = true`. With the builder, call it after `pid_file`,
    /// the options that name a log, `stop_timeout` and `stop_signal` are set, and before anything
    /// else. [`args_os`](crate::args_os) then omits the word and its options.
    ///
    /// | word | what it does | exit code |
    /// |---|---|---|
    /// | none | starts the daemon | 75 if it runs already |
    /// | `start` | starts the daemon; prints its PID and its log | 0, also if it runs already; 75 while another start is under way |
    /// | `stop` | asks the daemon to end, and kills it after `stop_timeout`, or after `--timeout SECONDS` | 0 stopped, or nothing to stop; 1 still running; 4 unknown |
    /// | `restart` | `stop`, then `start` with the arguments that follow; those of the running daemon are unknown | that of `stop` or `start`; 1 if a service manager runs it |
    /// | `status` | prints one line; `--json` for scripts | 0 running or starting, 1 dead or given up, 3 not running, 4 unknown |
    /// | `run` | stays in the foreground | the body's own; 75 if it runs already |
    /// | `log` | prints the last ten lines of the log; `-n NUMBER`, `-f` to follow, `--stderr` if standard error has its own file | 0; 1 if it cannot be read, 6 if there is none |
    /// | `help` | lists the words, as [`commands_help`](crate::commands_help) does, and itself; only in a program without `before` | 0 |
    ///
    /// If an answer cannot be printed, as on a full disk, a line on standard error says why. The
    /// exit code is 4 for `status`, and 1 for `log` and `help`; those of the other words tell what
    /// was done. If nobody reads an answer any more, nothing is said and the code is the usual one.
    ///
    /// The options of a word stand directly behind it. What follows belongs to the program: to its
    /// own parser, and to an option such as `pid_file` that depends on it. With the attribute, such
    /// arguments are refused (code 2) after `stop`, `status`, `log` and `help` if the paths of all
    /// files are literals. In a program without `before`, a first argument that is nearly a word is
    /// refused too.
    ///
    /// Where there is no `fork`, only `run` and `help` work; the other words end with code 69.
    ///
    /// A daemon that runs already is found before the attribute evaluates `before`, unless the
    /// first argument begins with `-`, such as `--help`.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use daemonize_runtime::Daemon;
    ///
    /// fn main() {
    ///     let daemon = Daemon::new().pid_file("/run/bot.pid").redirect("/var/log/bot.log");
    ///     daemon.answer_commands();
    ///     daemon.start_or_exit();
    ///     // The body.
    /// }
    /// ```
    #[inline]
    pub fn answer_commands(&self) {
        words::answer(&self.options);
    }

    /// Starts the daemon, and returns in the daemon.
    ///
    /// On success the launcher leaves with `_exit(0)`, so `Ok` is returned in the daemon alone. In
    /// the foreground `Ok` is returned in the calling process; as PID 1, in a child of it.
    ///
    /// # Errors
    ///
    /// Returns an [`Error`] in the launcher if the start failed. Nothing is running and nothing is
    /// locked then, and the process is as it was before. In the foreground it may already have the
    /// new umask, root, ids and working directory, and be without inherited descriptors.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use daemonize_runtime::Daemon;
    ///
    /// if let Err(error) = Daemon::new().redirect("bot.log").start() {
    ///     eprintln!("bot: {error:?}");
    /// }
    /// ```
    pub fn start(self) -> Result<(), Error> {
        start(&self.options, self.parts, false, None).map(drop)
    }

    /// Starts the daemon, and returns in the launcher too. This is for clients that start their
    /// server and go on, and for programs that print what they have started.
    ///
    /// The start is the same transaction as [`start`](Self::start). In the launcher, `Ok` says that
    /// one daemon is up, recorded and locked, and with [`wait_ready`](Self::wait_ready) that its
    /// body is ready. The launcher's signal actions, signal mask and descriptors are as before. In
    /// the foreground it returns once, as [`Side::Daemon`]: a client that must go on sets
    /// [`when(true)`](Self::when).
    ///
    /// An event loop that is open already (epoll, `io_uring`, kqueue) is shared with the daemon. If
    /// the launcher drops a runtime or a listener of it, the daemon hears nothing more: build the
    /// runtime after this call, on either side.
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
    #[doc(alias("execute", "exit_action"))]
    #[inline]
    pub fn start_and_return(self) -> Result<Side, Error> {
        start(&self.options, self.parts, true, None)
    }

    /// Starts the daemon like [`start`](Self::start), without counting threads.
    ///
    /// This is for programs with known threads that cannot be avoided: an allocator's background
    /// thread, a framework's clock. Only the calling thread goes on in the daemon. The others are
    /// gone there, wherever they were at that moment.
    ///
    /// # Safety
    ///
    /// From the call until it returns in the daemon, the caller vouches for each other thread of
    /// this process:
    ///
    /// - It holds no lock that the daemon will ever need, and is not in the middle of a change to
    ///   memory that the daemon will ever look at. This includes the locks of the allocator, of the
    ///   C library (environment, time zone, name look-up, standard streams) and of every other
    ///   library. A thread that sleeps in a system call and holds nothing meets this, and so does a
    ///   thread that uses only what the daemon does not use.
    /// - Nothing in the daemon waits for it or sends it work.
    /// - It changes neither working directory, umask, ids nor signal actions of the process, nor
    ///   its descriptors: the start uses and sets these.
    ///
    /// See fork(2) and `pthread_atfork(3)`.
    ///
    /// # Errors
    ///
    /// Those of [`start`](Self::start), except for the number of threads.
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
    #[inline]
    pub unsafe fn start_with_threads(self) -> Result<(), Error> {
        start(&self.options, self.parts, false, Some(OnlyThread::vouched_for())).map(drop)
    }

    /// Starts the daemon, or prints in one line why it did not start, and exits.
    ///
    /// Returns in the daemon, and in the foreground. The exit code of a failed start is
    /// [`Error::exit_code`]. After [`answer_commands`](Self::answer_commands) it does what the word
    /// says.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use daemonize_runtime::Daemon;
    ///
    /// fn main() {
    ///     Daemon::new().redirect("bot.log").start_or_exit();
    ///     println!("only the daemon comes here");
    /// }
    /// ```
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

    /// What the attribute calls if the start is the first act of `main`. Every descriptor was
    /// inherited then, and is closed.
    #[doc(hidden)]
    pub fn start_first_or_exit(self) {
        note_that_start_is_first();
        self.start_or_exit();
    }
}
