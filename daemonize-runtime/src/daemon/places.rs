//! The options of places: working directory, PID file, root directory.

use crate::daemon::Daemon;
use crate::options::{Choice, PathOrSwitch, PathValue, SwitchValue};
use crate::start::parts::{DIRECTORIES, NEW_ROOT};

impl Daemon {
    /// The working directory: `true` is `/`, `false` is the start directory, a path is that
    /// directory, inside the new root if there is one. Default: `true`, which keeps no file system
    /// busy.
    ///
    /// # Examples
    ///
    /// ```
    /// use daemonize_runtime::Daemon;
    ///
    /// let at_the_start_directory = Daemon::new().chdir(false);
    /// let at_home = Daemon::new().chdir("/var/lib/bot");
    /// ```
    #[doc(alias("working_directory", "work_dir"))]
    pub fn chdir<Form>(mut self, directory: impl PathOrSwitch<Form>) -> Self {
        self.options.chdir = directory.into_choice().unwrap_or(Choice::Default);
        self
    }

    /// The PID file: `true` is `<program>.pid` in the start directory, named after `argv[0]` with
    /// its extension replaced; `false` is none; a path is that file, relative to the start
    /// directory. Default: `true`.
    ///
    /// The file holds the daemon's PID and a newline, has mode 0644, and is complete when the
    /// launcher returns. The daemon holds a lock on it (`flock(2)`) as long as it lives. The lock
    /// says whether the daemon runs; the number is only a hint.
    ///
    /// When `main` returns or `exit` is called, the daemon removes the file, if its user may write
    /// in the directory and the file is still the same. A daemon that a signal ends leaves the
    /// file, unlocked, and the next start takes it over.
    ///
    /// Programs whose names differ only in the extension, such as `bot.eu` and `bot.us`, share the
    /// default file in one directory: only one of them can run there at a time. If somebody removes
    /// the file of a running daemon (`rm bot.pid`), the daemon goes on, but nobody finds it, and
    /// another one can be started. A body that executes another program by exec(3) lets go of the
    /// lock, unless a supervisor holds it ([`restart`](Self::restart)).
    ///
    /// In a foreground that the program chose by itself ([`when`](Self::when)), the default file is
    /// optional: missing rights, a read-only file system or a missing directory are no error. A
    /// file that was asked for, also by `true`, is not optional.
    ///
    /// Refused untouched: symbolic links, hard links, devices, files of another user, and files
    /// that hold anything but a PID and white space. If the file system fixes all modes, the file
    /// has that mode.
    ///
    /// With [`user`](Self::user) the file is root's if only root can change the path to it, and
    /// otherwise the user's.
    ///
    /// # Examples
    ///
    /// ```
    /// use daemonize_runtime::Daemon;
    ///
    /// let by_path = Daemon::new().pid_file("/run/bot/bot.pid");
    /// let none = Daemon::new().pid_file(false);
    /// // Only if one was named.
    /// let named: Option<&str> = None;
    /// let by_argument = Daemon::new().pid_file(named.ok_or(false));
    /// ```
    pub fn pid_file<Form>(mut self, path: impl PathOrSwitch<Form>) -> Self {
        self.options.pid_file = path.into_choice().unwrap_or(Choice::Default);
        self
    }

    /// Whether missing parent directories of logs and PID file are created. Default: `false`.
    ///
    /// They have mode 0755, less the daemon's umask. With another [`user`](Self::user), the
    /// directories of a log belong to that user, those of the PID file to root. If others could
    /// change the path, the user creates them, with its own rights. If the start fails, they are
    /// removed.
    ///
    /// # Examples
    ///
    /// ```
    /// use daemonize_runtime::Daemon;
    ///
    /// let daemon = Daemon::new().redirect("logs/today/bot.log").create_dirs(true);
    /// ```
    pub fn create_dirs(mut self, create: impl SwitchValue) -> Self {
        self.options.create_dirs = create.into_switch().unwrap_or(false);
        self.parts.directories = Some(DIRECTORIES);
        self
    }

    /// The new root directory, relative to the start directory. Only root can set it. Default:
    /// unchanged.
    ///
    /// The working directory is inside it. Paths of logs and of the PID file are given as seen from
    /// outside. Files that root opens may be anywhere; files that the [`user`](Self::user) opens
    /// must be inside the new root. Open directories lead out of it, so they are refused. Without
    /// `user` this is no protection: root can leave. See chroot(2).
    ///
    /// # Examples
    ///
    /// ```
    /// use daemonize_runtime::Daemon;
    ///
    /// let daemon = Daemon::new().chroot("/srv/jail").user("bot").redirect("/srv/jail/bot.log");
    /// ```
    pub fn chroot<Form>(mut self, directory: impl PathValue<Form>) -> Self {
        self.options.chroot = directory.into_path();
        self.parts.new_root = Some(NEW_ROOT);
        self
    }
}
