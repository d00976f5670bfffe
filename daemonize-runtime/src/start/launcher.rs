//! The launcher: waits until everything is set up, then commits and leaves. Between the byte and
//! its `_exit(0)` all signals are blocked: nothing comes between.

use std::os::unix::net::UnixStream;
use std::time::Duration;

use crate::error::{Error, Kind};
use crate::options::SUPERVISORS_SHARE;
use crate::resources::signals::Signals;
use crate::start::explain::error_of;
use crate::start::plan::Plan;
use crate::start::protocol::{Loss, Outcome, Report, Word, commit};
use crate::sys::{self, Deadline, End, Pid, Signal, SignalSet, kill, killpg};

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
    let obedience = signals.obey_requests();
    let outcome = match (plan.parts.readiness, lifeline) {
        (Some(part), Some(lifeline)) => (part.launcher)(plan, daemon, session_leader, lifeline),
        _ => await_end(session_leader),
    };
    let outcome = outcome
        .and_then(|pid| if plan.launcher_returns { go_on(daemon, pid) } else { leave(daemon) })
        .map_err(|loss| clean_up(daemon, session_leader, loss));
    obedience.end();
    outcome.map_err(|loss| match loss {
        Loss::Reported(Report::Failed(failure)) => error_of(failure, plan),
        Loss::Reported(Report::Exited(code)) => Kind::ExitedEarly(code).into(),
        Loss::Reported(Report::Killed(signal)) => Kind::KilledEarly(signal).into(),
        Loss::Reported(Report::SetUp | Report::Recorded(_) | Report::Ready) | Loss::Silence => {
            Kind::Died.into()
        }
        Loss::TimeIsUp => Kind::NotReady(plan.ready_limit.unwrap_or_default()).into(),
    })
}

/// The session leader's exit code says everything, or that there is a report to read.
fn await_end(session_leader: Pid) -> Outcome<Option<Pid>> {
    if sys::wait(session_leader) == Ok(End::Exited(0)) { Ok(None) } else { Err(Loss::Silence) }
}

/// The commit. Returns when the daemon is dead.
fn leave(daemon: &UnixStream) -> Outcome<i32> {
    let old_mask = sys::replace_signal_mask(&SignalSet::all());
    if commit(daemon).is_ok() {
        sys::exit_now(0);
    }
    sys::set_signal_mask(&old_mask);
    Err(Loss::Silence)
}

/// The commit of a launcher that goes on, and so must know who the daemon is.
#[inline]
fn go_on(daemon: &UnixStream, pid: Option<Pid>) -> Outcome<i32> {
    let pid = match pid {
        Some(pid) => pid,
        None => match Report::receive_within(daemon, PATIENCE) {
            Some(Report::Recorded(pid)) => pid,
            report => return Err(report.map_or(Loss::Silence, Loss::Reported)),
        },
    };
    commit(daemon).map(|()| pid.as_raw()).map_err(|_| Loss::Silence)
}

/// After this nothing of the start is left. Returns why it failed, if anybody has said so.
fn clean_up(daemon: &UnixStream, session_leader: Pid, loss: Loss) -> Loss {
    say_nothing_more(daemon);
    let loss = match loss {
        Loss::Silence => {
            Report::receive_within(daemon, PATIENCE).map_or(Loss::Silence, Loss::Reported)
        }
        known => known,
    };
    let _ = sys::wait(session_leader);
    if !matches!(loss, Loss::Reported(Report::Exited(_) | Report::Killed(_)) | Loss::TimeIsUp) {
        // The end of the answers is the end of the daemon. It is not waited for without a limit,
        // since a child of the body may hold the socket.
        while Report::receive_within(daemon, PATIENCE).is_some() {}
    }
    loss
}

/// A daemon that waits for the byte leaves then.
fn say_nothing_more(daemon: &UnixStream) {
    let _ = sys::persist(|| sys::end_sending(daemon));
}

/// With `wait_ready`: the body may run, and takes its time. Meanwhile the session leader watches
/// the body, and the launcher watches the session leader. If the session leader ends, the body is
/// ended too: nobody else would notice its end.
#[inline]
pub(crate) fn wait_for_ready(
    plan: &Plan,
    daemon: &UnixStream,
    session_leader: Pid,
    lifeline: &UnixStream,
) -> Outcome<Option<Pid>> {
    let deadline = Deadline::after(plan.ready_limit.unwrap_or(Duration::MAX));
    let ready =
        hear_of_ready(daemon, lifeline, deadline).and_then(|()| hear_of_record(daemon, lifeline));
    match ready {
        Ok(pid) => {
            // Two ways, since one of them may be refused, and a session leader that is stopped
            // hears nothing.
            let _ = Word::Dismissed.send(lifeline);
            let _ = sys::persist(|| kill(session_leader, Signal::SIGKILL));
            let _ = sys::wait(session_leader);
            Ok(Some(pid))
        }
        Err(loss) => {
            end_unfinished(plan, daemon, session_leader, lifeline, &loss);
            Err(loss)
        }
    }
}

/// Ends a daemon that is not ready, unless it has ended. The session leader was not waited for, so
/// its number is still its own, and so is that of its process group.
#[inline]
fn end_unfinished(
    plan: &Plan,
    daemon: &UnixStream,
    session_leader: Pid,
    lifeline: &UnixStream,
    loss: &Loss,
) {
    let signal = |signal| {
        let _ = sys::persist(|| killpg(session_leader, signal));
    };
    match loss {
        Loss::Reported(_) => {}
        Loss::Silence => {
            if plan.parts.supervision.is_some() {
                say_nothing_more(daemon);
                // It takes its body along, and the process group of that.
                signal(Signal::SIGINT);
                signal(Signal::SIGCONT);
                while Report::receive_within(daemon, PATIENCE).is_some() {}
            }
            signal(Signal::SIGKILL);
        }
        Loss::TimeIsUp => {
            say_nothing_more(daemon);
            let patience = SUPERVISORS_SHARE.saturating_add(2 * PATIENCE);
            let patience = plan.ending.timeout.saturating_add(patience);
            let _ = Word::TimeIsUp.send(lifeline);
            // The end of the session leader.
            if !sys::wait_until_readable(lifeline, patience) {
                signal(Signal::SIGKILL);
            }
        }
    }
}

/// Returns when the body has said that it is ready.
#[inline]
fn hear_of_ready(daemon: &UnixStream, lifeline: &UnixStream, deadline: Deadline) -> Outcome<()> {
    match Report::receive_while(daemon, lifeline, deadline)? {
        Report::SetUp => {}
        other => return Err(Loss::Reported(other)),
    }
    commit(daemon).map_err(|_| Loss::Silence)?;
    match Report::receive_while(daemon, lifeline, deadline)? {
        Report::Ready => Ok(()),
        other => Err(Loss::Reported(other)),
    }
}

/// Has the session leader write down who is ready now; the launcher may not be able to. Returns the
/// PID.
#[inline]
fn hear_of_record(daemon: &UnixStream, lifeline: &UnixStream) -> Outcome<Pid> {
    Word::Record.send(lifeline).map_err(|_| Loss::Silence)?;
    match Report::receive_while(daemon, lifeline, Deadline::after(PATIENCE)) {
        Ok(Report::Recorded(pid)) => Ok(pid),
        Ok(other) => Err(Loss::Reported(other)),
        // It was stopped.
        Err(_) => Err(Loss::Silence),
    }
}
