//! The launcher: waits until everything is set up, then commits and leaves. Between the byte and its
//! `_exit(0)` all signals are blocked, so that nothing comes between.

use std::convert::Infallible;
use std::io::{PipeReader, Write};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;

use nix::sys::signal::{SigSet, SigmaskHow, Signal, kill, killpg, sigprocmask};
use nix::unistd::Pid;

use crate::error::{Error, Kind};
use crate::start::plan::Plan;
use crate::start::protocol::{COMMIT, Report};
use crate::sys::{self, End};

/// Returns only to say why the start failed.
pub(crate) fn launch(
    plan: &Plan,
    mut daemon: &UnixStream,
    session_leader: Pid,
    lifeline: Option<PipeReader>,
) -> Result<Infallible, Error> {
    let mut report = match (plan.parts.readiness, lifeline) {
        (Some(part), Some(lifeline)) => (part.launcher)(daemon, session_leader, &lifeline),
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
        Some(Report::Failed(failure)) => failure.into_error(plan),
        Some(Report::Exited(code)) => Kind::ExitedEarly(code).into(),
        Some(Report::Killed(signal)) => Kind::KilledEarly(signal).into(),
        Some(Report::Recorded | Report::Ready) | None => Kind::Died.into(),
    })
}

/// The session leader's exit code says it all, or that its report is to be read.
fn await_end(session_leader: Pid) -> Option<Report> {
    (sys::wait(session_leader) == Ok(End::Exited(0))).then_some(Report::Ready)
}

/// With `wait_ready`: the body may run, and takes its time. The session leader watches over it
/// meanwhile, and the launcher over the session leader: without it nobody would notice the body's
/// end, so that the body goes too.
pub(crate) fn wait_for_ready(
    mut daemon: &UnixStream,
    session_leader: Pid,
    lifeline: &PipeReader,
) -> Option<Report> {
    let mut report = Report::receive_while(daemon, lifeline);
    if let Some(Report::Recorded) = report {
        report =
            daemon.write_all(&[COMMIT]).ok().and_then(|()| Report::receive_while(daemon, lifeline));
    }
    match report {
        Some(Report::Ready) => {
            let _ = kill(session_leader, Signal::SIGKILL);
            let _ = sys::wait(session_leader);
        }
        Some(_) => {}
        // Its number is still its own, and so is its process group's, since it was not waited for.
        None => drop(killpg(session_leader, Signal::SIGKILL)),
    }
    report
}
