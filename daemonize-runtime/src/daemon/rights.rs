//! The options of what the daemon may do and what it has.

use crate::daemon::Daemon;
use crate::options::{AccountValue, MaskValue, SwitchValue};
use crate::start::parts::ACCOUNTS;

impl Daemon {
    /// The file mode creation mask of the daemon, and of the log files that the start creates: 0 to
    /// `0o777`. Default: inherited. See umask(2).
    ///
    /// # Examples
    ///
    /// ```
    /// use daemonize_runtime::Daemon;
    ///
    /// let daemon = Daemon::new().umask(0o027);
    /// ```
    pub fn umask(mut self, mask: impl MaskValue) -> Self {
        self.options.umask = mask.into_mask();
        self
    }

    /// The user that the daemon becomes for good, by name or id. Only root can set it; an ordinary
    /// user may name itself. Default: unchanged. Refused on macOS; illumos refuses names.
    ///
    /// An account brings its primary and supplementary groups along; with [`group`](Self::group),
    /// that group is the primary one. An id without an account needs `group`. Real, effective and
    /// saved id change, and all four capability sets are emptied. Both are verified. See
    /// credentials(7) and capabilities(7).
    ///
    /// # Who opens the files
    ///
    /// Root opens a log, an input or the PID file only if nobody else can have changed the path to
    /// it. Every directory, from `/` or from the start directory on, must belong to root, be
    /// writable by neither group nor others, and not be sticky. Symbolic links on the way must
    /// belong to root, and the file itself must not be one. A missing log is created for the user;
    /// an existing one must belong to root or to the user. The PID file belongs to root.
    ///
    /// If a group may write in the last directory, such as `/var/log` on some systems, root creates
    /// a missing file for the user, the PID file too. It opens an existing one only if that belongs
    /// to the user alone.
    ///
    /// The user opens all other files, after the drop and with its own rights. So a file in the
    /// user's own directory belongs to the user, the PID file too. With [`chroot`](Self::chroot)
    /// such a file must be inside the new root. If the user may not open it, the start has failed
    /// (code 73).
    ///
    /// # Examples
    ///
    /// ```
    /// use daemonize_runtime::Daemon;
    ///
    /// let by_name = Daemon::new().user("bot");
    /// let by_ids = Daemon::new().user(1234).group(1234);
    /// ```
    pub fn user(mut self, user: impl AccountValue) -> Self {
        self.options.user = user.into_account();
        self.parts.accounts = Some(ACCOUNTS);
        self
    }

    /// The group that the daemon becomes for good, by name or id. Only root can set it. Default:
    /// unchanged. Refused on macOS.
    ///
    /// Without [`user`](Self::user) the supplementary groups are dropped and the daemon stays root.
    /// Files are then refused if others could have changed the path to them: there is no user to
    /// open them.
    ///
    /// # Examples
    ///
    /// ```
    /// use daemonize_runtime::Daemon;
    ///
    /// let daemon = Daemon::new().user("bot").group("chat");
    /// ```
    pub fn group(mut self, group: impl AccountValue) -> Self {
        self.options.group = group.into_account();
        self.parts.accounts = Some(ACCOUNTS);
        self
    }

    /// Whether descriptors from 3 up that the launcher inherited are kept from the daemon. Default:
    /// `true`, so no pipe of the caller waits for the daemon's end.
    ///
    /// The attribute notes them as the first act of `main`, and the daemon closes them. What the
    /// program opens itself stays open, also in `before` and whatever its flags. To keep an
    /// inherited descriptor, set close-on-exec on it.
    ///
    /// The builder cannot know what was open before it. It takes every descriptor without
    /// close-on-exec as inherited. Rust sets close-on-exec on all that it opens; other languages
    /// and some crates do not. Such a descriptor is not closed, since its owner may still write to
    /// it: in the daemon it leads to `/dev/null`, keeps its number, and does not reach the daemon's
    /// children.
    ///
    /// Sockets that systemd has passed to this process, by `LISTEN_PID` and `LISTEN_FDS`, always
    /// stay. See `sd_listen_fds(3)`.
    ///
    /// # Examples
    ///
    /// ```
    /// use daemonize_runtime::Daemon;
    ///
    /// let daemon = Daemon::new().close_inherited(false);
    /// ```
    pub fn close_inherited(mut self, close: impl SwitchValue) -> Self {
        self.options.close_inherited = close.into_switch().unwrap_or(true);
        self
    }
}
