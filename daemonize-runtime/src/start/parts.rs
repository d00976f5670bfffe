//! The code that only some options need. The option's method brings it, and the stages reach it
//! through these values alone, so that a program is linked with the code of the options that it
//! uses: without this, a third of what every start adds would be code that nobody calls.
//!
//! The same code is `#[inline]`, function by function, and the values are constants. So it is
//! compiled in those programs alone, and not in this crate, which takes a third of the time then.

use std::os::fd::RawFd;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::Arc;

use crate::error::{Error, Kind};
use crate::options::{Account, Ending, Restart};
use crate::resources::descriptors::StandardDescriptors;
use crate::resources::event_loops;
use crate::resources::log_rotation::Logs;
use crate::resources::made::{self, Made};
use crate::resources::opener::{self, Opener};
use crate::resources::pid_file::PidFile;
use crate::resources::privileges::Privileges;
use crate::resources::root::Root;
use crate::resources::state_file::StateFile;
use crate::resources::streams::Streams;
use crate::run::first_body::FirstBody;
use crate::run::started::{self, WhenReady};
use crate::run::supervise::supervise;
use crate::start::failure::Failure;
use crate::start::launcher::Outcome;
use crate::start::plan::Plan;
use crate::start::readiness::{first_body, when_ready};
use crate::start::settle::open_the_rest;
use crate::start::{launcher, watch};
use crate::sys::proc::ProcSelf;
use crate::sys::{self, OnlyThread, Pid};

/// What the options of a program have brought.
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

pub(crate) const ACCOUNTS: &Accounts = &Accounts {
    resolve: Privileges::resolve,
    opener: opener::for_user,
    assume: Privileges::assume,
    open_the_rest,
    explain: Failure::explain,
};

/// The part of `create_dirs`.
#[derive(Debug)]
pub(crate) struct Directories {
    pub(crate) make_parents: fn(&Path, &mut Made) -> sys::Answer<()>,
}

pub(crate) const DIRECTORIES: &Directories = &Directories { make_parents: made::make_parents };

/// The part of `chroot`.
#[derive(Debug)]
pub(crate) struct NewRoot {
    pub(crate) find: fn(&Path, bool, &[RawFd], &ProcSelf) -> Result<Root, Error>,
    pub(crate) enter: fn(&Root) -> sys::Answer<()>,
}

pub(crate) const NEW_ROOT: &NewRoot = &NewRoot { find: Root::find, enter: Root::enter };

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

pub(crate) const ROTATION: &Rotation =
    &Rotation { find: Logs::find, handle_hangup: started::reopen_logs_on_hangup };

/// The part of `wait_ready`: how each process of a start waits.
#[derive(Debug)]
pub(crate) struct Readiness {
    pub(crate) launcher: fn(&Plan, &UnixStream, Pid, &UnixStream) -> Outcome<Option<Pid>>,
    pub(crate) session_leader: fn(&Plan, Pid, &UnixStream, &UnixStream) -> !,
    pub(crate) daemon: fn(Arc<UnixStream>, Streams) -> WhenReady,
    pub(crate) supervisor: fn(Arc<UnixStream>, Streams) -> FirstBody,
}

pub(crate) const READINESS: &Readiness = &Readiness {
    launcher: launcher::wait_for_ready,
    session_leader: watch::watch,
    daemon: when_ready,
    supervisor: first_body,
};

/// The part of `restart`.
#[derive(Debug)]
pub(crate) struct Supervision {
    pub(crate) refuse_event_loops: fn(&[RawFd], &ProcSelf) -> Result<(), Error>,
    pub(crate) state_file: fn(&PidFile, &Streams) -> Option<StateFile>,
    pub(crate) block_signals: fn(),
    pub(crate) supervise: Supervise,
}

type Supervise = fn(&Restart, Ending, Option<StateFile>, &OnlyThread, Option<FirstBody>);

pub(crate) const SUPERVISION: &Supervision = &Supervision {
    refuse_event_loops: event_loops::refuse_open,
    state_file: StateFile::beside,
    block_signals: sys::block_all_signals,
    supervise,
};
