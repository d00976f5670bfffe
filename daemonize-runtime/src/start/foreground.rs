//! A program that stays in the foreground: the same preparation and the same settling, without fork
//! and streams.

use std::ffi::OsStr;

use nix::unistd::getpid;

use crate::error::Error;
use crate::resources::signals::Signals;
use crate::run::init;
use crate::run::notify::Manager;
use crate::run::started::{self, Duties, remember};
use crate::start::plan::Plan;
use crate::start::settle::{record, replace_streams, settle};

/// `notify_socket` is where a manager listens, if one does.
pub(crate) fn stay(
    plan: Plan,
    signals: &Signals,
    notify_socket: Option<&OsStr>,
) -> Result<(), Error> {
    let manager = notify_socket.and_then(Manager::at);
    let settled =
        settle(&plan).and_then(|()| record(&plan, getpid())).and_then(|()| replace_streams(&plan));
    if let Err(failure) = settled {
        plan.give_up();
        return Err(failure.into_error(&plan));
    }
    signals.release();
    // Before anybody is told that it is up: whoever was told may ask it to end.
    if getpid().as_raw() == 1 {
        init::handle_requests();
    }
    let pid_file = plan.pid_file.map(super::super::resources::pid_file::PidFile::hold);
    let duties = Duties { is_daemon: false, pid_file, logs: plan.streams.logs.clone(), manager };
    remember(duties, Some(Box::new(|| ())));
    if plan.parts.readiness.is_none() {
        started::ready();
    }
    Ok(())
}
