//! A program that stays in the foreground: the same preparation and the same settling, without fork
//! and streams.

use nix::unistd::getpid;

use crate::error::Error;
use crate::init;
use crate::notify::Manager;
use crate::prepare::Prepared;
use crate::ready::Waiting;
use crate::settle::{record, settle};

pub(crate) fn stay(prepared: Prepared, manager: Option<Manager>) -> Result<(), Error> {
    let settled = settle(&prepared).and_then(|()| record(&prepared, getpid()));
    if let Err(failure) = settled {
        let error = failure.into_error(&prepared);
        prepared.give_up();
        return Err(error);
    }
    prepared.signals.unprotect();
    if let Some(logs) = prepared.logs {
        logs.publish();
    }
    if let Some(pid_file) = prepared.pid_file {
        pid_file.keep();
    }
    // Before anybody is told that it is up: whoever was told may ask it to end.
    if getpid().as_raw() == 1 {
        init::handle_requests();
    }
    if let Some(manager) = manager {
        match prepared.readiness {
            Some(readiness) => (readiness.postpone)(Waiting::Manager(manager)),
            None => manager.ready(),
        }
    }
    Ok(())
}
