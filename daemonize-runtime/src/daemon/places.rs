//! The options of places: working directory, PID file, root directory.

use crate::Daemon;
use crate::options::{Choice, PathOrSwitch, PathValue, SwitchValue};
use crate::start::parts::{DIRECTORIES, NEW_ROOT};

impl Daemon {
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
    /// Programs whose names differ in their extensions alone, such as `bot.eu` and `bot.us`, have
    /// one default file in one directory, and so only one of them runs there at a time. Who removes
    /// the file of a daemon that runs (`rm bot.pid`) does not end it: it goes on without a name,
    /// nobody finds it any more, and another one can be started. A body that executes another
    /// program by exec(3) lets go of the lock, unless a supervisor holds it, as with
    /// [`restart`](Self::restart).
    ///
    /// In a foreground that a supervisor caused, the default file is done without where rights, a
    /// read-only file system or a missing directory forbid it; one that was asked for, also by
    /// `true`, is not.
    ///
    /// Refused untouched: symbolic links, hard links, devices, files of another user, and files
    /// that hold something other than a PID, with white space around it at most. Where modes cannot
    /// be set, the file has the mode that the file system gives it.
    ///
    /// For [`user`](Self::user) the file is root's where only root can change the way to it, and
    /// the user's elsewhere.
    pub fn pid_file<Form>(mut self, path: impl PathOrSwitch<Form>) -> Self {
        self.options.pid_file = path.into_choice().unwrap_or(Choice::Default);
        self
    }

    /// Whether directories that are missing on the way to a log or the PID file are made. Default:
    /// `false`.
    ///
    /// They have mode 0755, less the daemon's umask. For another [`user`](Self::user), those of a
    /// log belong to that user, and those of the PID file alone to root. Where others could change
    /// the way, they are made by that user, with its own rights. When the start fails, they are
    /// gone again.
    pub fn create_dirs(mut self, create: impl SwitchValue) -> Self {
        self.options.create_dirs = create.into_switch().unwrap_or(false);
        self.parts.directories = Some(&DIRECTORIES);
        self
    }

    /// The new root directory, relative to the start directory; only root can do that. Default:
    /// unchanged.
    ///
    /// The working directory is inside it. Log files and PID file are named and opened outside
    /// before, but for those that are left to the [`user`](Self::user), which must be inside. Open
    /// directories lead out of it and are refused. Without [`user`](Self::user) this is no
    /// protection: root can leave. See chroot(2).
    pub fn chroot<Form>(mut self, directory: impl PathValue<Form>) -> Self {
        self.options.chroot = directory.into_path();
        self.parts.new_root = Some(&NEW_ROOT);
        self
    }
}
