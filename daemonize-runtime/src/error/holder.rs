//! Who holds the lock of a PID file, for messages.

use std::{fmt, process};

/// Who holds a PID file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Holder {
    /// A daemon with this PID.
    Daemon(i32),
    /// Another start.
    Start,
    /// Another process than the daemon with this PID, which is gone: usually one that it started.
    Orphan(i32),
}

impl Holder {
    /// What it means if it is this process. In another PID namespace the number may be a daemon's.
    pub(super) fn hint(self) -> &'static str {
        if self == Self::Daemon(process::id().cast_signed()) {
            "; this process has that PID: it has locked the file itself, or a daemon in another container has"
        } else {
            ""
        }
    }
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Daemon(pid) => write!(f, "running with PID {pid}"),
            Self::Start => f.write_str("starting"),
            Self::Orphan(pid) => {
                write!(f, "running: PID {pid} is gone, but another process holds its lock")
            }
        }
    }
}
