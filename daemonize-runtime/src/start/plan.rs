//! What a start is to do: every file open and checked, every name a number. The stages consume it,
//! and no longer look at options.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::options::{Ending, Restart};
use crate::resources::inherited::Inherited;
use crate::resources::made::Made;
use crate::resources::pid_file::PidFile;
use crate::resources::privileges::Privileges;
use crate::resources::root::Root;
use crate::resources::state_file::StateFile;
use crate::resources::streams::Streams;
use crate::start::parts::Parts;

#[derive(Debug)]
pub(crate) struct Plan<'a> {
    pub(crate) parts: Parts,
    pub(crate) umask: Option<u32>,
    pub(crate) inherited: Inherited,
    pub(crate) root: Option<Root>,
    pub(crate) privileges: Option<Privileges>,
    pub(crate) working_directory: Option<&'a Path>,
    pub(crate) streams: Streams,
    pub(crate) pid_file: Option<PidFile>,
    /// Beside the PID file, where a supervisor has something to say.
    pub(crate) state_file: Option<StateFile>,
    pub(crate) users_pid_file: Option<UsersPidFile>,
    /// What this process has made so far, if the start may still fail.
    pub(crate) made: Made,
    /// Whether the launcher goes on when the daemon is up. It leaves otherwise.
    pub(crate) launcher_returns: bool,
    /// `None` where nobody is to start the body again.
    pub(crate) restart: Option<&'a Restart>,
    pub(crate) ending: Ending,
    /// How long the launcher waits for `ready()`; `None` is as long as it takes.
    pub(crate) ready_limit: Option<Duration>,
}

/// A PID file that is left to the daemon's user.
#[derive(Debug)]
pub(crate) struct UsersPidFile {
    /// As it was named, for messages.
    pub(crate) name: PathBuf,
    /// Where that user finds it.
    pub(crate) path: PathBuf,
    /// Whether the daemon does without it where it is forbidden.
    pub(crate) is_dispensable: bool,
}

impl Plan<'_> {
    /// One that has nothing yet. It stays where it is, and is filled by the launcher: to hand it on
    /// as a value takes more code than the stages themselves.
    pub(crate) fn empty(parts: Parts, launcher_returns: bool) -> Self {
        Self {
            parts,
            umask: None,
            inherited: Inherited::keep(),
            root: None,
            privileges: None,
            working_directory: None,
            streams: Streams::keep(),
            pid_file: None,
            state_file: None,
            users_pid_file: None,
            made: Made::default(),
            launcher_returns,
            restart: None,
            ending: Ending::default(),
            ready_limit: None,
        }
    }

    /// The name of the PID file, for messages.
    pub(crate) fn pid_file_name(&self) -> Option<&Path> {
        let acquired = self.pid_file.as_ref().map(|file| &*file.name);
        acquired.or(self.users_pid_file.as_ref().map(|file| &*file.name))
    }

    /// After a failed start there is no PID file, nor what was made for it, and with the last
    /// descriptor of it goes the lock.
    pub(crate) fn give_up(&self) {
        if let Some(pid_file) = &self.pid_file {
            pid_file.remove();
        }
        self.state_file.iter().for_each(StateFile::remove);
        self.made.take_back();
    }
}
