//! The two forks, and the agreement between launcher and daemon. Receives what is prepared; returns
//! in the daemon.
//!
//! The session leader sets everything up and the daemon is born ready, so that the launcher waits
//! for one process only: on a busy machine each process that has to be scheduled first costs the
//! user a time slice. That the start is a transaction all the same is the work of one byte. The
//! launcher writes it when the session leader has ended well, and the daemon runs nothing before it
//! has read it:
//!
//! - the byte cannot be written: the daemon is dead, the start has failed;
//! - the byte never comes: the launcher is dead, the daemon leaves.
//!
//! With `wait_ready` there are two bytes: one lets the body run, the second answers its `ready()`.
//! In between the session leader stays, because it is the daemon's parent and learns how it ends.
//!
//! Between the byte and its `_exit(0)` the launcher has all signals blocked, so that nothing comes
//! between.

use std::convert::Infallible;
use std::io::{self, PipeReader, PipeWriter, Read, Write};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;

use nix::sys::signal::{SigSet, SigmaskHow, sigprocmask};
use nix::unistd::{ForkResult, Pid};

use crate::error::{At, Error, Kind, Step};
use crate::prepare::Prepared;
use crate::ready::{Change, Launcher, Waiting};
use crate::report::Report;
use crate::settle::{Failure, leave_session, record, replace_streams, settle};
use crate::sys::{self, End, OnlyThread};

/// Lets the daemon go on.
pub(crate) const COMMIT: u8 = 1;

pub(crate) fn detach(prepared: Prepared, only_thread: &OnlyThread) -> Result<(), Error> {
    let connected = connect(&prepared).inspect_err(|_| prepared.give_up());
    let (launchers_end, daemons_end, lifeline) = connected.at(Step::Connect)?;
    flush_output();
    match sys::fork(only_thread) {
        Ok(ForkResult::Child) => {
            drop(launchers_end);
            let lifeline = lifeline.map(|(_, held)| held);
            lead_session(prepared, only_thread, daemons_end, lifeline);
            Ok(())
        }
        Ok(ForkResult::Parent { child }) => {
            drop(daemons_end);
            let lifeline = lifeline.map(|(watched, _)| watched);
            let Err(error) = launch(&prepared, &launchers_end, child, lifeline);
            prepared.give_up();
            Err(error)
        }
        Err(reason) => {
            prepared.give_up();
            Err(reason).at(Step::Fork)
        }
    }
}

type Lifeline = Option<(PipeReader, PipeWriter)>;

/// The socket between launcher and daemon. The lifeline is held by the session leader alone, while
/// it is to stay: the end of it is the end of the session leader.
fn connect(prepared: &Prepared) -> io::Result<(UnixStream, UnixStream, Lifeline)> {
    let (launchers_end, daemons_end) = UnixStream::pair()?;
    let lifeline = prepared.readiness.map(|_| io::pipe()).transpose()?;
    Ok((launchers_end, daemons_end, lifeline))
}

/// What is printed so far must appear once, and not a second time from the buffers that a fork
/// copies.
fn flush_output() {
    let _ = io::stdout().flush();
    sys::flush_c_streams();
}

/// The launcher: waits until everything is set up, then commits. Returns only to say why the start
/// failed.
fn launch(
    prepared: &Prepared,
    mut daemon: &UnixStream,
    session_leader: Pid,
    lifeline: Option<PipeReader>,
) -> Result<Infallible, Error> {
    let mut report = match (prepared.readiness, lifeline) {
        (Some(readiness), Some(lifeline)) => (readiness.wait)(daemon, session_leader, &lifeline),
        _ => await_end(session_leader),
    };
    if let Some(Report::Ready) = report {
        let mut old_mask = SigSet::empty();
        let _ = sigprocmask(SigmaskHow::SIG_SETMASK, Some(&SigSet::all()), Some(&mut old_mask));
        if daemon.write_all(&[COMMIT]).is_ok() {
            sys::exit_now(0);
        }
        sys::set_signal_mask(&old_mask);
        report = None;
    }
    // Nothing more comes from here, so that a daemon which waits for the byte leaves; then the end
    // of its answers says that nobody is left.
    let _ = daemon.shutdown(Shutdown::Write);
    while let Some(next) = Report::receive(daemon) {
        report = report.or(Some(next));
    }
    let _ = sys::wait(session_leader);
    Err(match report {
        Some(Report::Failed(failure)) => failure.into_error(prepared),
        Some(Report::Exited(code)) => Kind::ExitedEarly(code).into(),
        Some(Report::Killed(signal)) => Kind::KilledEarly(signal).into(),
        Some(Report::Recorded | Report::Ready) | None => Kind::Died.into(),
    })
}

/// The session leader's exit code says it all, or that its report is to be read.
fn await_end(session_leader: Pid) -> Option<Report> {
    (sys::wait(session_leader) == Ok(End::Exited(0))).then_some(Report::Ready)
}

/// The session leader. Returns in the daemon alone.
fn lead_session(
    mut prepared: Prepared,
    only_thread: &OnlyThread,
    launcher: UnixStream,
    lifeline: Option<PipeWriter>,
) {
    let forked = set_up(&mut prepared)
        .and_then(|()| sys::fork(only_thread).map_err(|reason| Failure(Step::Fork, reason)));
    let recorded = match forked {
        Ok(ForkResult::Child) => {
            drop(lifeline);
            return become_daemon(prepared, only_thread, launcher);
        }
        Ok(ForkResult::Parent { child }) => record(&prepared, child).map(|()| child),
        Err(failure) => Err(failure),
    };
    match recorded {
        Ok(daemon) => match prepared.readiness {
            Some(readiness) => (readiness.watch)(daemon, &launcher, prepared.pid_file.as_ref()),
            None => sys::exit_now(0),
        },
        Err(failure) => {
            // When nobody reads it, nobody needs to know.
            let _ = Report::Failed(failure).send(&launcher);
            sys::exit_now(1);
        }
    }
}

fn set_up(prepared: &mut Prepared) -> Result<(), Failure> {
    leave_session()?;
    settle(prepared)?;
    if prepared.readiness.is_some() { Ok(()) } else { replace_streams(prepared) }
}

/// The daemon: everything is set up but its own existence, which it owes to the launcher's byte.
/// With `wait_ready` it owes the launcher an answer then, and waits for a second byte. With
/// `restart` it becomes the supervisor, and this returns in the bodies.
fn become_daemon(prepared: Prepared, only_thread: &OnlyThread, mut launcher: UnixStream) {
    let Prepared { signals, pid_file, streams, logs, readiness, restart, .. } = prepared;
    if launcher.read_exact(&mut [0]).is_err() {
        if let Some(pid_file) = pid_file {
            pid_file.remove();
        }
        sys::exit_now(1);
    }
    signals.unprotect();
    if let Some(pid_file) = pid_file {
        pid_file.keep();
    }
    let waiting =
        |_| Launcher { socket: launcher, change: Change { streams, logs }, supervisor: None };
    match (restart, readiness) {
        (Some((plan, supervise)), readiness) => {
            supervise(&plan, only_thread, readiness.map(waiting));
        }
        (None, Some(readiness)) => (readiness.postpone)(Waiting::Launcher(waiting(readiness))),
        (None, None) => {}
    }
}
