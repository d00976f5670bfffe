//! The options of what the daemon may do and what it has.

use crate::Daemon;
use crate::options::{AccountValue, MaskValue, SwitchValue};
#[cfg(unix)]
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
    /// saved id change, all capabilities are gone, and both is verified. The PID file stays root's.
    /// Log files that are missing are made for the user; existing ones must belong to root or the
    /// user, and symbolic links and directories in which others can exchange files are refused. See
    /// credentials(7).
    ///
    /// An ordinary user may name itself.
    pub fn user(mut self, user: impl AccountValue) -> Self {
        self.options.user = user.into_account();
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
        self.options.group = group.into_account();
        #[cfg(unix)]
        {
            self.parts.accounts = Some(&ACCOUNTS);
        }
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
    /// inherited. Rust sets close-on-exec on all that it opens, but other languages do not, nor does
    /// every crate. So that nobody writes into a stranger, such a descriptor is not closed: it leads
    /// to `/dev/null` in the daemon, keeps its number, and does not reach the daemon's children.
    ///
    /// The sockets that systemd has passed to this very process, by `LISTEN_PID` and `LISTEN_FDS`,
    /// stay in any case. See `sd_listen_fds(3)`.
    pub fn close_inherited(mut self, close: impl SwitchValue) -> Self {
        self.options.close_inherited = close.into_switch().unwrap_or(true);
        self
    }
}
