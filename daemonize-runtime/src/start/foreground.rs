//! A program that stays in the foreground: the same preparation and the same settling, without
//! streams and without the forks of a daemon. As PID 1 it leaves an init behind.

use std::ffi::OsStr;
use std::{fmt, io};

use crate::error::{Error, say};
use crate::resources::made::Made;
use crate::resources::pid_file::PidFile;
use crate::resources::signals::Signals;
use crate::run::init;
use crate::run::notify::Manager;
use crate::run::started::{self, Duties, remember};
use crate::start::explain::error_of;
use crate::start::plan::Plan;
use crate::start::settle::{record, replace_streams, settle};
use crate::sys::{OnlyThread, getpid};

/// `notify_socket` is where a manager listens, if one does.
pub(crate) fn stay(
    plan: &mut Plan,
    signals: &Signals,
    only_thread: Option<&OnlyThread>,
    notify_socket: Option<&OsStr>,
) -> Result<(), Error> {
    let manager = notify_socket.and_then(Manager::at);
    let settled =
        settle(plan).and_then(|()| record(plan, getpid())).and_then(|()| replace_streams(plan));
    if let Err(failure) = settled {
        plan.give_up();
        return Err(error_of(failure, plan));
    }
    plan.made = Made::default();
    let pid_file = plan.pid_file.take().map(PidFile::hold);
    let mut duties = Duties { is_daemon: false, pid_file, logs: plan.streams.logs, manager };
    if getpid().as_raw() == 1 {
        leave_init_behind(&mut duties, only_thread);
    }
    signals.release();
    remember(duties, Some(Box::new(|| ())));
    if plan.parts.readiness.is_none() {
        started::ready();
    }
    Ok(())
}

/// Why there is none where nobody can vouch for one thread.
const NOT_ONE_THREAD: &str = "more than one thread is running, or they cannot be counted";

/// PID 1 without an init beside the body is better than no bot, but not as good as it seems.
fn leave_init_behind(duties: &mut Duties, only_thread: Option<&OnlyThread>) {
    let left = only_thread.map(|only_thread| init::leave_behind(duties, only_thread));
    let system_why;
    let why: &dyn fmt::Display = match left {
        Some(Ok(())) => return,
        Some(Err(reason)) => {
            system_why = io::Error::from(reason);
            &system_why
        }
        None => &NOT_ONE_THREAD,
    };
    say(format_args!(
        "cannot fork an init: {why}; unless the container has one, orphans are not reaped, and \
             SIGTERM ends the program only if it handles it"
    ));
}
