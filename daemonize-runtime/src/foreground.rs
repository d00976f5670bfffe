//! A program that stays in the foreground: the same preparation and the same settling, without fork and streams.

use nix::unistd::getpid;

use crate::error::Error;
use crate::prepare::Prepared;
use crate::settle::{record, settle};

pub(crate) fn stay(prepared: Prepared) -> Result<(), Error> {
    let settled = settle(&prepared).and_then(|()| record(&prepared, getpid()));
    if let Err(failure) = settled {
        let error = failure.into_error(&prepared);
        prepared.give_up();
        return Err(error);
    }
    if let Some(pid_file) = prepared.pid_file {
        pid_file.keep();
    }
    Ok(())
}
