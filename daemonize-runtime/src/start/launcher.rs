//! The launcher: waits until everything is set up, then commits and leaves. Between the byte and its
//! `_exit(0)` all signals are blocked, so that nothing comes between.

use std::convert::Infallible;
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::time::Duration;

use nix::sys::signal::{SigSet, SigmaskHow, Signal, kill, killpg, sigprocmask};
use nix::unistd::Pid;

use crate::error::{Error, Kind};
use crate::resources::signals::Signals;
use crate::start::plan::Plan;
use crate::start::protocol::{Report, commit, dismiss};
use crate::sys::{self, End};

/// How long the processes of a start that has failed may take to end. They do it at once, unless
/// somebody has stopped them.
const PATIENCE: Duration = Duration::from_secs(2);

/// Returns only to say why the start failed.
pub(crate) fn launch(
    plan: &Plan,
    signals: &Signals,
    daemon: &UnixStream,
    session_leader: Pid,
    lifeline: Option<&UnixStream>,
) -> Result<Infallible, Error> {
    let disobedience = signals.obey_requests();
    let report = match (plan.parts.readiness, lifeline) {
        (Some(part), Some(lifeline)) => (part.launcher)(daemon, session_leader, lifeline),
        _ => await_end(session_leader),
    };
    if let Some(Report::Ready) = report {
        leave(daemon);
    }
    let report = clean_up(daemon, session_leader, report);
    disobedience.resume();
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

/// The commit. Returns when the daemon is dead.
fn leave(daemon: &UnixStream) {
    let mut old_mask = SigSet::empty();
    let _ = sigprocmask(SigmaskHow::SIG_SETMASK, Some(&SigSet::all()), Some(&mut old_mask));
    if commit(daemon).is_ok() {
        sys::exit_now(0);
    }
    sys::set_signal_mask(&old_mask);
}

/// After this nothing of the start is left. Returns why it failed, if anybody has said so.
fn clean_up(daemon: &UnixStream, session_leader: Pid, report: Option<Report>) -> Option<Report> {
    // Nothing more comes from here, so that a daemon which waits for the byte leaves.
    let _ = daemon.shutdown(Shutdown::Write);
    let report = report
        .filter(|report| !matches!(report, Report::Ready))
        .or_else(|| Report::receive_within(daemon, PATIENCE));
    let _ = sys::wait(session_leader);
    if !matches!(report, Some(Report::Exited(_) | Report::Killed(_))) {
        // The end of the answers is the end of the daemon. It is not waited for without a limit, since
        // a child of the body may hold the socket.
        while Report::receive_within(daemon, PATIENCE).is_some() {}
    }
    report
}

/// With `wait_ready`: the body may run, and takes its time. The session leader watches over it
/// meanwhile, and the launcher over the session leader: without it nobody would notice the body's
/// end, so that the body goes too.
pub(crate) fn wait_for_ready(
    daemon: &UnixStream,
    session_leader: Pid,
    lifeline: &UnixStream,
) -> Option<Report> {
    let mut report = Report::receive_while(daemon, lifeline);
    if let Some(Report::Recorded) = report {
        report = commit(daemon).ok().and_then(|()| Report::receive_while(daemon, lifeline));
    }
    match report {
        Some(Report::Ready) => {
            // Two ways, since one of them may be refused, and a session leader that is stopped hears
            // nothing.
            let _ = dismiss(lifeline);
            let _ = sys::persist(|| kill(session_leader, Signal::SIGKILL));
            let _ = sys::wait(session_leader);
        }
        Some(_) => {}
        // Its number is still its own, and so is its process group's, since it was not waited for.
        None => drop(sys::persist(|| killpg(session_leader, Signal::SIGKILL))),
    }
    report
}
