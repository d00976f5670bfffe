//! The code that only some options need. The option's method brings it, and the stages reach it
//! through these values alone. So a program is linked with the code of its own options. Otherwise a
//! third of what every start adds would be code that nobody calls.
//!
//! The same code is `#[inline]`, function by function, and the values are constants. So it is
//! compiled in those programs alone, and not in this crate, which takes a third of the time then.

use crate::resources::log_rotation::Logs;
use crate::resources::privileges::Privileges;
use crate::resources::root::Root;
use crate::resources::state_file::StateFile;
use crate::resources::{event_loops, made, opener};
use crate::run::started;
use crate::run::supervise::supervise;
use crate::start::explain::explain;
use crate::start::plan::{Accounts, Directories, NewRoot, Readiness, Rotation, Supervision};
use crate::start::readiness::{first_body, when_ready};
use crate::start::settle::{enter_root, open_the_rest};
use crate::start::{launcher, watch};
use crate::sys;

pub(crate) const ACCOUNTS: &Accounts = &Accounts {
    resolve: Privileges::resolve,
    opener: opener::for_user,
    assume: Privileges::assume,
    open_the_rest,
    explain,
};

pub(crate) const DIRECTORIES: &Directories = &Directories { make_parents: made::make_parents };

pub(crate) const NEW_ROOT: &NewRoot = &NewRoot { find: Root::find, enter: enter_root };

pub(crate) const ROTATION: &Rotation =
    &Rotation { find: Logs::find, handle_hangup: started::reopen_logs_on_hangup };

pub(crate) const READINESS: &Readiness = &Readiness {
    launcher: launcher::wait_for_ready,
    session_leader: watch::watch,
    daemon: when_ready,
    supervisor: first_body,
};

pub(crate) const SUPERVISION: &Supervision = &Supervision {
    refuse_event_loops: event_loops::refuse_open,
    state_file: StateFile::beside,
    write_birth: StateFile::write_birth,
    block_signals: sys::block_all_signals,
    supervise,
};
