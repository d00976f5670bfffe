//! The builder: what a daemon shall be. Every option of the attribute is one method here, and its
//! documentation is the option's documentation. Hands the finished description on to `prepare`.

use std::process;

use crate::error::Error;
use crate::options::{AccountValue, Choice, Options, PathOrSwitch, PathValue, RestartValue};
#[cfg(unix)]
use {
    crate::manage::commands::{self, Word},
    crate::run::started,
    crate::start::{
        parts::{ACCOUNTS, NEW_ROOT, Parts, READINESS, ROTATION, SUPERVISION},
        start,
    },
};

/// Whether this process is a daemon that [`Daemon::start`] made.
///
/// `false` in the launcher, before a start, and in a program that runs in the foreground.
#[must_use]
pub fn is_daemon() -> bool {
    #[cfg(unix)]
    return started::is_daemon();
    #[cfg(not(unix))]
    false
}

/// Says that the program is up: with [`wait_ready`](Daemon::wait_ready) the standard streams change
/// now, and the launcher returns; a service manager is told.
///
/// Standard output is flushed first. Does nothing when it is called again, without `wait_ready`,
/// before a start, and in a process that the daemon has forked. When the launcher is gone, nobody
/// was told, and the daemon leaves.
pub fn ready() {
    #[cfg(unix)]
    started::ready();
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
    #[cfg(unix)]
    parts: Parts,
}

impl Daemon {
    /// A daemon with the default of every option: streams at `/dev/null`, working directory `/`,
    /// and `<program>.pid` in the start directory.
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends standard output and standard error to this file. Default: `/dev/null`.
    ///
    /// The file is made with mode 0666 and the umask if it is missing. A relative path is relative
    /// to the start directory, whatever [`chdir`](Self::chdir) says. Cannot be combined with
    /// [`stdout`](Self::stdout), [`stderr`](Self::stderr) and `close_fd(false)`.
    ///
    /// `println!` panics when the file cannot take more, as on a full disk.
    pub fn redirect<Form>(mut self, path: impl PathValue<Form>) -> Self {
        self.options.redirect = path.into_path();
        self
    }

    /// Reads standard input from this file. Default: `/dev/null`.
    ///
    /// A relative path is relative to the start directory. Cannot be combined with
    /// `close_fd(false)`.
    pub fn stdin<Form>(mut self, path: impl PathValue<Form>) -> Self {
        self.options.stdin = path.into_path();
        self
    }

    /// Appends standard output to this file. Default: `/dev/null`.
    ///
    /// Like [`redirect`](Self::redirect), for this stream alone. The same path as
    /// [`stderr`](Self::stderr) is fine.
    pub fn stdout<Form>(mut self, path: impl PathValue<Form>) -> Self {
        self.options.stdout = path.into_path();
        self
    }

    /// Appends standard error to this file. Default: `/dev/null`.
    ///
    /// Like [`redirect`](Self::redirect), for this stream alone. The same path as
    /// [`stdout`](Self::stdout) is fine.
    pub fn stderr<Form>(mut self, path: impl PathValue<Form>) -> Self {
        self.options.stderr = path.into_path();
        self
    }

    /// Whether the three standard streams are replaced. Default: `true`.
    ///
    /// With `false` they stay as the launcher had them. The daemon has left the terminal all the
    /// same: it may write to it, but gets no signals from it.
    pub fn close_fd(mut self, close: bool) -> Self {
        self.options.close_fd = close;
        self
    }

    /// The working directory: `true` is `/`, `false` is the start directory, a path is that
    /// directory, inside of the new root if there is one. Default: `true`, so that no file system
    /// is kept busy.
    #[doc(alias = "working_directory")]
    pub fn chdir<Form>(mut self, directory: impl PathOrSwitch<Form>) -> Self {
        self.options.chdir = directory.into_choice().unwrap_or(Choice::Default);
        self
    }

    /// The PID file: `true` is `<program>.pid` in the start directory, named after `argv[0]` with
    /// its extension replaced; `false` is none; a path is that file, relative to the start
    /// directory. Default: `true`.
    ///
    /// The file holds the daemon's PID and a newline, has mode 0644, and is locked by `flock(2)` as
    /// long as the daemon lives: the lock says whether it runs, the number is only a hint. It is
    /// complete when the launcher returns. When `main` returns or something calls `exit`, the
    /// daemon removes the file, if its user may write in the directory, and unless another file
    /// stands in its place by then; a daemon that a signal ended leaves it, unlocked, and the next
    /// start takes it over.
    ///
    /// Refused untouched: symbolic links, hard links, devices, files of another user, and files
    /// that hold something other than a PID.
    pub fn pid_file<Form>(mut self, path: impl PathOrSwitch<Form>) -> Self {
        self.options.pid_file = path.into_choice().unwrap_or(Choice::Default);
        self
    }

    /// The file mode creation mask of the daemon and of the log files that the start makes, from 0
    /// to `0o777`. Default: inherited. See umask(2).
    pub fn umask(mut self, mask: u32) -> Self {
        self.options.umask = Some(mask);
        self
    }

    /// The user that the daemon becomes for good, by name or id; only root can do that. Default:
    /// unchanged.
    ///
    /// An account takes its primary and supplementary groups along; with [`group`](Self::group),
    /// that group is the primary one. An id without an account needs `group`. Real, effective and
    /// saved id change, all capabilities are gone, and both is verified. The PID file stays root's.
    /// Log files that are missing are made for the user; existing ones must belong to root or the
    /// user, and symbolic links and directories in which others can exchange files are refused. See
    /// credentials(7).
    ///
    /// An ordinary user may name itself.
    pub fn user(mut self, user: impl AccountValue) -> Self {
        self.options.user = Some(user.into_account());
        #[cfg(unix)]
        {
            self.parts.accounts = Some(&ACCOUNTS);
        }
        self
    }

    /// The group that the daemon becomes for good, by name or id; only root can do that. Default:
    /// unchanged.
    ///
    /// Without [`user`](Self::user) the supplementary groups are given up.
    pub fn group(mut self, group: impl AccountValue) -> Self {
        self.options.group = Some(group.into_account());
        #[cfg(unix)]
        {
            self.parts.accounts = Some(&ACCOUNTS);
        }
        self
    }

    /// The new root directory, relative to the start directory; only root can do that. Default:
    /// unchanged.
    ///
    /// The working directory is inside it, log files and PID file are opened outside before. Open
    /// directories lead out of it and are refused. Without [`user`](Self::user) this is no
    /// protection: root can leave. See chroot(2).
    pub fn chroot<Form>(mut self, directory: impl PathValue<Form>) -> Self {
        self.options.chroot = directory.into_path();
        #[cfg(unix)]
        {
            self.parts.new_root = Some(&NEW_ROOT);
        }
        self
    }

    /// Whether the daemon closes the descriptors from 3 up that the launcher inherited, so that no
    /// pipe of the caller waits for the daemon's end. Default: `true`.
    ///
    /// Inherited are those without close-on-exec: what the program opened itself before, such as a
    /// socket, stays open. So do the sockets that systemd has passed to this very process, by
    /// `LISTEN_PID` and `LISTEN_FDS`.
    pub fn close_inherited(mut self, close: bool) -> Self {
        self.options.close_inherited = close;
        self
    }

    /// Whether the program detaches: `false` keeps it in the foreground, `true` detaches it
    /// whatever has started it. Default: it detaches, unless it is PID 1, or systemd has executed
    /// this very process and expects no fork.
    ///
    /// The foreground differs from a daemon in two things: nothing is forked, and the standard
    /// streams stay; log files are neither opened nor made. Everything else applies, so that a bot
    /// cannot run twice, and behaves the same when it is debugged.
    pub fn when(mut self, detach: bool) -> Self {
        self.options.when = Some(detach);
        self
    }

    /// Whether the launcher waits until the body calls [`ready`](fn@ready). Default: `false`.
    ///
    /// Until then the body talks to the terminal, and a body that ends is a failed start, with its
    /// own exit code. Whatever ends the waiting launcher ends the unfinished daemon too.
    pub fn wait_ready(mut self, wait: bool) -> Self {
        self.options.wait_ready = wait;
        #[cfg(unix)]
        {
            self.parts.readiness = Some(&READINESS);
        }
        self
    }

    /// Whether SIGHUP opens the log files anew, as after a rotation. Default: `false`.
    ///
    /// A file that cannot be opened stays the old one, so that no line is lost. The handler is
    /// installed before the body runs, and libraries that install theirs later and call the one
    /// before, such as `signal-hook` and `tokio::signal`, keep it working. With
    /// [`chroot`](Self::chroot) the logs must be inside of the new root.
    pub fn reopen(mut self, reopen: bool) -> Self {
        self.options.reopen = reopen;
        #[cfg(unix)]
        {
            self.parts.rotation = Some(&ROTATION);
        }
        self
    }

    /// When the body is started again after it ended: `"never"`, `"on-failure"`, `"always"`, or a
    /// [`Restart`] with its delays and limits. Default: never.
    ///
    /// The daemon, which the PID file names, is a supervisor then, and the body runs in its child.
    /// SIGTERM, SIGINT and SIGQUIT end both and are never followed by a restart; SIGHUP, SIGUSR1,
    /// SIGUSR2 and SIGWINCH are passed on. Each restart is one line on standard error. With
    /// [`wait_ready`](Self::wait_ready), a first body that ends before it is ready is a failed
    /// start. In the foreground nothing is supervised.
    pub fn restart(mut self, plan: impl RestartValue) -> Self {
        self.options.restart = Some(plan.into_restart());
        #[cfg(unix)]
        {
            self.parts.supervision = Some(&SUPERVISION);
        }
        self
    }

    /// Answers the program's first argument if it is `stop`, `status` or `log`, and exits;
    /// remembers `start`, `restart` and `run` for [`start_or_exit`](Self::start_or_exit). Does
    /// nothing for any other.
    ///
    /// What the attribute does for `commands = true`, before anything else. Of the options,
    /// `pid_file` and those that name a log have to be set. [`args_os`](crate::args_os) is without
    /// the word afterwards.
    ///
    /// | word | what it does | exit code |
    /// |---|---|---|
    /// | none | starts the daemon | 75 when it runs already |
    /// | `start` | the same | 0 when it runs already |
    /// | `stop` | SIGTERM, and SIGKILL after ten seconds | 0 stopped, or nothing to stop; 1 still running; 4 unknown |
    /// | `restart` | `stop`, then `start`, with the arguments that follow: those of the running one are not known | that of either |
    /// | `status` | one line; `--json` for scripts | 0 running, 1 dead with a file left, 3 not running, 4 unknown |
    /// | `run` | stays in the foreground | the body's own |
    /// | `log` | shows the log; `-f` follows it | 0; 1 when it cannot be read, 6 when there is none |
    pub fn answer_commands(self) {
        #[cfg(unix)]
        commands::answer(&self.options);
    }

    /// Starts the daemon. Returns `Ok` in the daemon, and only there: the launcher has left with
    /// `_exit(0)` then. In the foreground it returns `Ok` in the process that called it.
    ///
    /// # Errors
    ///
    /// Returns an [`Error`] in the launcher when the start failed. Nothing is running and nothing
    /// is locked then, and the process is as it was before (in the foreground, the working
    /// directory may have changed).
    pub fn start(self) -> Result<(), Error> {
        #[cfg(not(unix))]
        return Err(crate::error::Kind::Unsupported.into());
        #[cfg(unix)]
        start(&self.options, self.parts)
    }

    /// Starts the daemon, or says on standard error in one line why it did not start, and exits.
    ///
    /// Returns in the daemon alone, or in the foreground. The exit code of a failed start is
    /// [`Error::exit_code`].
    pub fn start_or_exit(self) {
        #[cfg(unix)]
        let (this, is_running_fine) = match commands::word() {
            Some(Word::Run) => (self.when(false), false),
            Some(Word::Start | Word::Restart) => (self, true),
            None => (self, false),
        };
        #[cfg(not(unix))]
        let (this, is_running_fine) = (self, false);
        if let Err(error) = this.start() {
            error.report();
            let is_fine = is_running_fine && error.is_already_running();
            process::exit(if is_fine { 0 } else { error.exit_code().into() });
        }
    }
}
