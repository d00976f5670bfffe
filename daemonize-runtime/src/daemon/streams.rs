//! The options of the three standard streams.

use crate::Daemon;
use crate::options::{StreamValue, SwitchValue};
use crate::start::parts::ROTATION;

impl Daemon {
    /// Appends standard output and standard error to this file: a path, or a `File` or `OwnedFd`
    /// that is open and used as it is. Default: `/dev/null`.
    ///
    /// The file is made with mode 0666 and the umask if it is missing. A relative path is relative
    /// to the start directory, whatever [`chdir`](Self::chdir) says. Cannot be combined with
    /// [`stdout`](Self::stdout), [`stderr`](Self::stderr) and `close_fd(false)`. Whoever opens it
    /// for another user is said at [`user`](Self::user). It must not be the PID file, by whatever
    /// name.
    ///
    /// `println!` panics when the file cannot take more, as on a full disk.
    pub fn redirect<Form>(mut self, file: impl StreamValue<Form>) -> Self {
        self.options.redirect = file.into_stream();
        self
    }

    /// Reads standard input from this file. Default: `/dev/null`.
    ///
    /// A relative path is relative to the start directory. Cannot be combined with
    /// `close_fd(false)`. Whoever opens it for another user is said at [`user`](Self::user).
    pub fn stdin<Form>(mut self, file: impl StreamValue<Form>) -> Self {
        self.options.stdin = file.into_stream();
        self
    }

    /// Appends standard output to this file. Default: `/dev/null`.
    ///
    /// Like [`redirect`](Self::redirect), for this stream alone. The same path as
    /// [`stderr`](Self::stderr) is fine.
    pub fn stdout<Form>(mut self, file: impl StreamValue<Form>) -> Self {
        self.options.stdout = file.into_stream();
        self
    }

    /// Appends standard error to this file. Default: `/dev/null`.
    ///
    /// Like [`redirect`](Self::redirect), for this stream alone. The same path as
    /// [`stdout`](Self::stdout) is fine.
    pub fn stderr<Form>(mut self, file: impl StreamValue<Form>) -> Self {
        self.options.stderr = file.into_stream();
        self
    }

    /// Whether the three standard streams are replaced. Default: `true`.
    ///
    /// With `false` they stay as the launcher had them. The daemon has left the terminal all the
    /// same: it may write to it, but gets no signals from it.
    pub fn close_fd(mut self, close: impl SwitchValue) -> Self {
        self.options.close_fd = close.into_switch().unwrap_or(true);
        self
    }

    /// Whether SIGHUP opens the log files anew, as after a rotation. Default: `false`.
    ///
    /// Where a new file cannot be opened, writing goes on in the old one, so that no line is lost,
    /// and one line there says why, until it is possible again. With [`user`](Self::user) the files
    /// are opened with that user's rights: it must be able to make them, or `logrotate` makes them
    /// (`create`). A link in the place of a log is not followed then, and with
    /// [`group`](Self::group) alone the absolute path to it must be root's own. The handler is
    /// installed before the body runs, and libraries that install theirs later and call the one
    /// before, such as `signal-hook` and `tokio::signal`, keep it working. With
    /// [`chroot`](Self::chroot) the logs must be inside of the new root.
    ///
    /// In the foreground there is no log to open. SIGHUP does not end the bot there, unless it is
    /// to be ignored, and a service manager is told of a reload that is done at once, as a unit of
    /// `Type=notify-reload` wants it.
    pub fn reopen(mut self, reopen: impl SwitchValue) -> Self {
        self.options.reopen = reopen.into_switch().unwrap_or(false);
        self.parts.rotation = Some(&ROTATION);
        self
    }
}
