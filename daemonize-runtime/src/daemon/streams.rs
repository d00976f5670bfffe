//! The options of the three standard streams.

use crate::daemon::Daemon;
use crate::options::{StreamValue, SwitchValue};
use crate::start::parts::ROTATION;

impl Daemon {
    /// Appends standard output and standard error to this file: a path, or an open `File` or
    /// `OwnedFd`, which is used as it is. Default: `/dev/null`.
    ///
    /// A missing file is created with mode 0666, less the umask. A relative path is relative to the
    /// start directory, whatever [`chdir`](Self::chdir) says. The file must not be the PID file.
    /// [`user`](Self::user) says who opens it.
    ///
    /// Cannot be combined with [`stdout`](Self::stdout), [`stderr`](Self::stderr) and
    /// `close_fd(false)`.
    ///
    /// `println!` panics if writing fails, as on a full disk.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use std::fs::File;
    /// use daemonize_runtime::Daemon;
    ///
    /// let appended = Daemon::new().redirect("bot.log");
    /// let emptied_first = Daemon::new().redirect(File::create("bot.log")?);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn redirect<Form>(mut self, file: impl StreamValue<Form>) -> Self {
        self.options.redirect = file.into_stream();
        self
    }

    /// Reads standard input from this file. Default: `/dev/null`.
    ///
    /// A relative path is relative to the start directory. [`user`](Self::user) says who opens the
    /// file. Cannot be combined with `close_fd(false)`.
    ///
    /// # Examples
    ///
    /// ```
    /// use daemonize_runtime::Daemon;
    ///
    /// let daemon = Daemon::new().stdin("questions.txt").stdout("answers.txt");
    /// ```
    pub fn stdin<Form>(mut self, file: impl StreamValue<Form>) -> Self {
        self.options.stdin = file.into_stream();
        self
    }

    /// Appends standard output to this file. Default: `/dev/null`.
    ///
    /// Like [`redirect`](Self::redirect), for this stream alone. It may be the same path as
    /// [`stderr`](Self::stderr).
    ///
    /// # Examples
    ///
    /// ```
    /// use daemonize_runtime::Daemon;
    ///
    /// let daemon = Daemon::new().stdout("bot.log").stderr("errors.log");
    /// ```
    pub fn stdout<Form>(mut self, file: impl StreamValue<Form>) -> Self {
        self.options.stdout = file.into_stream();
        self
    }

    /// Appends standard error to this file. Default: `/dev/null`.
    ///
    /// Like [`redirect`](Self::redirect), for this stream alone. It may be the same path as
    /// [`stdout`](Self::stdout).
    ///
    /// # Examples
    ///
    /// ```
    /// use daemonize_runtime::Daemon;
    ///
    /// // Standard output stays at `/dev/null`.
    /// let daemon = Daemon::new().stderr("errors.log");
    /// ```
    pub fn stderr<Form>(mut self, file: impl StreamValue<Form>) -> Self {
        self.options.stderr = file.into_stream();
        self
    }

    /// Whether the three standard streams are replaced. Default: `true`.
    ///
    /// With `false` they stay as the launcher had them. The daemon has left the terminal all the
    /// same: it may write to it, but gets no signals from it.
    ///
    /// # Examples
    ///
    /// ```
    /// use daemonize_runtime::Daemon;
    ///
    /// let daemon = Daemon::new().close_fd(false);
    /// ```
    pub fn close_fd(mut self, close: impl SwitchValue) -> Self {
        self.options.close_fd = close.into_switch().unwrap_or(true);
        self
    }

    /// Whether SIGHUP reopens the log files, for log rotation. Default: `false`.
    ///
    /// If a file cannot be reopened, writing goes on in the old one, where one line says why. No
    /// line is lost. With [`user`](Self::user) the files are opened with that user's rights: either
    /// the user can create them, or `logrotate` does (`create`). A link in the place of a log is
    /// then not followed. With [`group`](Self::group) alone the whole path must belong to root.
    /// With [`chroot`](Self::chroot) the logs must be inside the new root.
    ///
    /// The handler is installed before the body runs. Libraries that install theirs later and call
    /// the previous one, such as `signal-hook` and `tokio::signal`, keep it working.
    ///
    /// In the foreground there is no log to reopen. SIGHUP does not end the bot there. Unless
    /// SIGHUP is ignored, it reports a reload to the service manager that is done at once, for
    /// `Type=notify-reload`.
    ///
    /// # Examples
    ///
    /// ```
    /// use daemonize_runtime::Daemon;
    ///
    /// let daemon = Daemon::new().redirect("/var/log/bot.log").reopen(true);
    /// ```
    pub fn reopen(mut self, reopen: impl SwitchValue) -> Self {
        self.options.reopen = reopen.into_switch().unwrap_or(false);
        self.parts.rotation = Some(ROTATION);
        self
    }
}
