//! What a start is to do: every file open and checked, every name a number. The stages consume it,
//! and no longer look at options. And the parts by which they reach the code of single options.

use std::os::fd::RawFd;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::error::{Error, Kind};
use crate::options::{Account, Ending, Restart};
use crate::resources::descriptors::StandardDescriptors;
use crate::resources::inherited::Inherited;
use crate::resources::log_rotation::Logs;
use crate::resources::made::Made;
use crate::resources::opener::Opener;
use crate::resources::pid_file::PidFile;
use crate::resources::privileges::Privileges;
use crate::resources::root::Root;
use crate::resources::state_file::StateFile;
use crate::resources::streams::Streams;
use crate::run::first_body::FirstBody;
use crate::run::started::WhenReady;
use crate::start::failure::Failure;
use crate::start::protocol::Outcome;
use crate::sys::proc::ProcSelf;
use crate::sys::{self, OnlyThread, Pid};

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
    /// An empty plan. It stays where it is, and the launcher fills it: moving it takes more code
    /// than the stages themselves.
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

    /// A failed start leaves no PID file, and nothing that was made for it. The lock goes with the
    /// last descriptor. Logs and the state file go first: once the PID file is gone, another start
    /// may use them.
    pub(crate) fn give_up(&self) {
        self.made.take_back_logs();
        self.state_file.iter().for_each(StateFile::remove);
        if let Some(pid_file) = &self.pid_file {
            pid_file.remove();
        }
        self.made.take_back_directories();
    }
}

/// What the options of a program have brought, from `parts`.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Parts {
    pub(crate) accounts: Option<&'static Accounts>,
    pub(crate) directories: Option<&'static Directories>,
    pub(crate) new_root: Option<&'static NewRoot>,
    pub(crate) rotation: Option<&'static Rotation>,
    pub(crate) readiness: Option<&'static Readiness>,
    pub(crate) supervision: Option<&'static Supervision>,
}

/// The part of `user` and `group`.
#[derive(Debug)]
pub(crate) struct Accounts {
    pub(crate) resolve: Resolve,
    pub(crate) opener: for<'a> fn(&'a Privileges, Option<&'a Path>) -> Box<dyn Opener + 'a>,
    pub(crate) assume: fn(&Privileges) -> sys::Answer<()>,
    pub(crate) open_the_rest: fn(&mut Plan) -> Result<(), Failure>,
    pub(crate) explain: fn(Failure, &Plan) -> Kind,
}

type Resolve = fn(Option<&Account>, Option<&Account>) -> Result<Option<Privileges>, Error>;

/// The part of `create_dirs`.
#[derive(Debug)]
pub(crate) struct Directories {
    pub(crate) make_parents: fn(&Path, &mut Made) -> sys::Answer<()>,
}

/// The part of `chroot`.
#[derive(Debug)]
pub(crate) struct NewRoot {
    pub(crate) find: fn(&Path, bool, &[RawFd], &ProcSelf) -> Result<Root, Error>,
    pub(crate) enter: fn(&mut Plan) -> sys::Answer<()>,
}

/// The part of `reopen`.
#[derive(Debug)]
pub(crate) struct Rotation {
    pub(crate) find: FindLogs,
    pub(crate) handle_hangup: fn(),
}

type FindLogs = fn(
    &mut dyn Iterator<Item = (&Path, StandardDescriptors)>,
    Option<&Path>,
    Option<&dyn Opener>,
) -> Result<&'static Logs, Error>;

/// The part of `wait_ready`: how each process of a start waits.
#[derive(Debug)]
pub(crate) struct Readiness {
    pub(crate) launcher: fn(&Plan, &UnixStream, Pid, &UnixStream) -> Outcome<Option<Pid>>,
    pub(crate) session_leader: fn(&Plan, Pid, &UnixStream, &UnixStream) -> !,
    pub(crate) daemon: fn(Arc<UnixStream>, Streams) -> WhenReady,
    pub(crate) supervisor: fn(Arc<UnixStream>, Streams) -> FirstBody,
}

/// The part of `restart`.
#[derive(Debug)]
pub(crate) struct Supervision {
    pub(crate) refuse_event_loops: fn(&[RawFd], &ProcSelf) -> Result<(), Error>,
    pub(crate) state_file: fn(&PidFile, &Streams) -> Option<StateFile>,
    pub(crate) write_birth: fn(&StateFile, Pid),
    pub(crate) block_signals: fn(),
    pub(crate) supervise: Supervise,
}

type Supervise = fn(&Restart, Ending, Option<StateFile>, &OnlyThread, Option<FirstBody>);
