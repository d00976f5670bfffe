//! The options of what the daemon may do and what it has.

use crate::Daemon;
use crate::options::{AccountValue, MaskValue, SwitchValue};
use crate::start::parts::ACCOUNTS;

impl Daemon {
    /// The file mode creation mask of the daemon and of the log files that the start makes, from 0
    /// to `0o777`. Default: inherited. See umask(2).
    pub fn umask(mut self, mask: impl MaskValue) -> Self {
        self.options.umask = mask.into_mask();
        self
    }

    /// The user that the daemon becomes for good, by name or id; only root can do that. Default:
    /// unchanged.
    ///
    /// An account takes its primary and supplementary groups along; with [`group`](Self::group),
    /// that group is the primary one. An id without an account needs `group`. Real, effective and
    /// saved id change, capabilities are gone from all four sets, and both is verified. See
    /// credentials(7) and capabilities(7).
    ///
    /// An ordinary user may name itself.
    ///
    /// # Whose files
    ///
    /// Root opens a log, an input or the PID file only where nobody else could have changed the way
    /// to it: every directory, from `/` or from the start directory on, is root's, and neither its
    /// group nor others may write there, nor is it sticky. Links on the way must be root's, and the
    /// file itself must be no link. A log that is missing is made for the user; one that is there
    /// must be root's or the user's. The PID file is root's.
    ///
    /// Where a group may write in the last directory, as in `/var/log` on some systems, root makes
    /// a file that is missing for the user, the PID file too, and opens one that is the user's
    /// alone.
    ///
    /// All other files are opened by the user, after the drop and with its own rights. So what
    /// stands in the user's own directories is the user's, the PID file included. With
    /// [`chroot`](Self::chroot) such a file must be inside of the new root. What the user may not
    /// open is a failed start (code 73).
    pub fn user(mut self, user: impl AccountValue) -> Self {
        self.options.user = user.into_account();
        self.parts.accounts = Some(&ACCOUNTS);
        self
    }

    /// The group that the daemon becomes for good, by name or id; only root can do that. Default:
    /// unchanged.
    ///
    /// Without [`user`](Self::user) the supplementary groups are given up. The daemon stays root
    /// then, and files to which others could have changed the way are refused, since nobody else is
    /// there to open them.
    pub fn group(mut self, group: impl AccountValue) -> Self {
        self.options.group = group.into_account();
        self.parts.accounts = Some(&ACCOUNTS);
        self
    }

    /// Whether the daemon is without the descriptors from 3 up that the launcher inherited, so that
    /// no pipe of the caller waits for the daemon's end. Default: `true`.
    ///
    /// The attribute notes as the first act of `main` which these are, and the daemon closes them.
    /// What the program opens itself stays open, in `before` as well, whatever its flags. An
    /// inherited descriptor that the program wants to keep, and it alone, gets close-on-exec.
    ///
    /// The builder cannot know what was there before it. To it everything without close-on-exec is
    /// inherited. Rust sets close-on-exec on all that it opens, but other languages do not, nor
    /// does every crate. So that nobody writes into a stranger, such a descriptor is not closed: it
    /// leads to `/dev/null` in the daemon, keeps its number, and does not reach the daemon's
    /// children.
    ///
    /// The sockets that systemd has passed to this very process, by `LISTEN_PID` and `LISTEN_FDS`,
    /// stay in any case. See `sd_listen_fds(3)`.
    pub fn close_inherited(mut self, close: impl SwitchValue) -> Self {
        self.options.close_inherited = close.into_switch().unwrap_or(true);
        self
    }
}
