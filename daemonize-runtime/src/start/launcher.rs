//! The launcher: waits until everything is set up, then commits and leaves. Between the byte and its
//! `_exit(0)` all signals are blocked, so that nothing comes between.

use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::time::Duration;

use nix::sys::signal::{SigSet, SigmaskHow, Signal, kill, killpg, sigprocmask};
use nix::unistd::Pid;

use crate::error::{Error, Kind};
use crate::resources::signals::Signals;
use crate::start::plan::Plan;
use crate::start::protocol::{Report, commit, dismiss, errno_of};
use crate::sys::{self, End};

/// How long the processes of a start that has failed may take to end. They do it at once, unless
/// somebody has stopped them.
const PATIENCE: Duration = Duration::from_secs(2);

/// Returns the daemon's PID, if the launcher is to go on. It leaves otherwise.
pub(crate) fn launch(
    plan: &Plan,
    signals: &Signals,
    daemon: &UnixStream,
    session_leader: Pid,
    lifeline: Option<&UnixStream>,
) -> Result<i32, Error> {
    let disobedience = signals.obey_requests();
    let outcome = match (plan.parts.readiness, lifeline) {
        (Some(part), Some(lifeline)) => (part.launcher)(daemon, session_leader, lifeline),
        _ => await_end(session_leader),
    };
    let outcome = outcome
        .and_then(|pid| if plan.launcher_returns { go_on(daemon, pid) } else { leave(daemon) })
        .map_err(|report| clean_up(daemon, session_leader, report));
    disobedience.resume();
    outcome.map_err(|report| match report {
        Some(Report::Failed(failure)) => failure.into_error(plan),
        Some(Report::Exited(code)) => Kind::ExitedEarly(code).into(),
        Some(Report::Killed(signal)) => Kind::KilledEarly(signal).into(),
        Some(Report::Recorded(_) | Report::Ready) | None => Kind::Died.into(),
    })
}

/// How the daemon came up, or what was reported in its place.
pub(crate) type Outcome<T> = Result<T, Option<Report>>;

/// The session leader's exit code says it all, or that its report is to be read.
fn await_end(session_leader: Pid) -> Outcome<Option<Pid>> {
    if sys::wait(session_leader) == Ok(End::Exited(0)) { Ok(None) } else { Err(None) }
}

/// The commit. Returns when the daemon is dead.
fn leave(daemon: &UnixStream) -> Outcome<i32> {
    let mut old_mask = SigSet::empty();
    let _ = sigprocmask(SigmaskHow::SIG_SETMASK, Some(&SigSet::all()), Some(&mut old_mask));
    if commit(daemon).is_ok() {
        sys::exit_now(0);
    }
    sys::set_signal_mask(&old_mask);
    Err(None)
}

/// The commit of a launcher that goes on, and so must know who the daemon is.
fn go_on(daemon: &UnixStream, pid: Option<Pid>) -> Outcome<i32> {
    let pid = match pid {
        Some(pid) => pid,
        None => match Report::receive_within(daemon, PATIENCE) {
            Some(Report::Recorded(pid)) => pid,
            report => return Err(report),
        },
    };
    commit(daemon).map(|()| pid.as_raw()).map_err(|_| None)
}

/// After this nothing of the start is left. Returns why it failed, if anybody has said so.
fn clean_up(daemon: &UnixStream, session_leader: Pid, report: Option<Report>) -> Option<Report> {
    // Nothing more comes from here, so that a daemon which waits for the byte leaves.
    let _ = sys::persist(|| daemon.shutdown(Shutdown::Write).map_err(|error| errno_of(&error)));
    let report = report.or_else(|| Report::receive_within(daemon, PATIENCE));
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
) -> Outcome<Option<Pid>> {
    let mut pid = None;
    let mut report = Report::receive_while(daemon, lifeline);
    if let Some(Report::Recorded(recorded)) = report {
        pid = Some(recorded);
        report = commit(daemon).ok().and_then(|()| Report::receive_while(daemon, lifeline));
    }
    match report {
        Some(Report::Ready) => {
            // Two ways, since one of them may be refused, and a session leader that is stopped hears
            // nothing.
            let _ = dismiss(lifeline);
            let _ = sys::persist(|| kill(session_leader, Signal::SIGKILL));
            let _ = sys::wait(session_leader);
            return Ok(pid);
        }
        Some(_) => {}
        // Its number is still its own, and so is its process group's, since it was not waited for.
        None => drop(sys::persist(|| killpg(session_leader, Signal::SIGKILL))),
    }
    Err(report)
}
