//! A start, from top to bottom. The launcher prepares everything that can fail while its error
//! still reaches the terminal. Then it detaches, or the program stays in the foreground.

mod check;
mod daemon;
mod detach;
mod environment;
mod explain;
mod failure;
mod files;
mod foreground;
mod launcher;
pub(crate) mod parts;
mod plan;
mod prepare;
mod protocol;
mod readiness;
mod session_leader;
mod settle;
mod watch;

pub(crate) use crate::start::plan::Parts;

use std::os::unix::process::parent_id;
use std::{env, process};

use crate::error::{Error, Kind};
use crate::options::{Options, Side};
use crate::resources::inherited;
use crate::resources::signals::Signals;
use crate::run::started;
use crate::start::environment::is_watched;
use crate::start::plan::Plan;
use crate::sys::proc::ProcSelf;
use crate::sys::{self, OnlyThread, Threads};

/// Notes what is inherited. The first act of `main`, where more comes before the start.
#[inline]
pub(crate) fn note_inherited() {
    inherited::note(environment::passed_descriptors());
}

/// Notes that the start is the first act of `main`: all descriptors were inherited.
pub(crate) fn note_that_start_is_first() {
    inherited::note_that_start_is_first();
}

/// Returns in the daemon, or in the program that stays in the foreground. The launcher returns with
/// an error, and otherwise only if it is asked to. Somebody may have vouched for other threads.
pub(crate) fn start(
    options: &Options,
    parts: Parts,
    launcher_returns: bool,
    vouched_for: Option<OnlyThread>,
) -> Result<Side, Error> {
    if started::has_started() {
        return Err(Kind::AlreadyStarted.into());
    }
    let is_watched = || is_watched(process::id(), &parent_id, &|name| env::var_os(name));
    let detaches = options.when.unwrap_or_else(|| !is_watched());
    let notify_socket = env::var_os("NOTIFY_SOCKET");
    // Before the threads are counted: the look-up may start some.
    let privileges = match parts.accounts {
        Some(accounts) => (accounts.resolve)(options.user.as_ref(), options.group.as_ref())?,
        None => None,
    };
    let mut proc_self = ProcSelf::read();
    if vouched_for.is_some() {
        // It is the mask of the main thread, which may not be this one.
        proc_self.blocked_signals = None;
    }
    // PID 1 forks an init.
    let forks = detaches || process::id() == 1;
    let only_thread = if detaches {
        Some(vouched_for.map_or_else(|| OnlyThread::check(&proc_self).map_err(refuse), Ok)?)
    } else if forks || notify_socket.is_some() {
        OnlyThread::check(&proc_self).ok()
    } else {
        // A count would wait in vain for threads that stay.
        None
    };
    let signals = Signals::hold(&proc_self, forks);
    let mut plan = Plan::empty(parts, launcher_returns);
    let prepared = prepare::prepare(&mut plan, options, detaches, privileges, &proc_self);
    let started = prepared.and_then(|()| match &only_thread {
        Some(only_thread) if detaches => detach::detach(&mut plan, &signals, only_thread),
        only_thread => {
            foreground::stay(&mut plan, &signals, only_thread.as_ref(), notify_socket.as_deref())
                .map(|()| Side::Daemon)
        }
    });
    let side = started.inspect_err(|_| signals.release())?;
    if let Side::Launcher { .. } = side {
        signals.release();
        return Ok(side);
    }
    if let Some(only_thread) = only_thread.filter(|_| notify_socket.is_some()) {
        // It names the manager of this process, and is none of its children's business.
        sys::remove_variable(c"NOTIFY_SOCKET", &only_thread);
    }
    Ok(side)
}

fn refuse(threads: Threads) -> Error {
    match threads {
        Threads::Several(count) => Kind::Threads(count).into(),
        _ => Kind::UncountedThreads.into(),
    }
}
