//! The session leader: sets everything up, forks the daemon, and writes down who it is.

use std::os::unix::net::UnixStream;

use crate::error::Step;
use crate::resources::signals::Signals;
use crate::run::started::{Duties, remember};
use crate::start::failure::Failure;
use crate::start::plan::Plan;
use crate::start::protocol::Report;
use crate::start::settle::{leave_session, record, replace_streams, settle};
use crate::sys::{self, ForkResult, OnlyThread};

/// Returns in the daemon alone.
pub(crate) fn lead(
    plan: &mut Plan,
    signals: &Signals,
    only_thread: &OnlyThread,
    launcher: &UnixStream,
    lifeline: Option<UnixStream>,
) {
    let forked = set_up(plan, signals).and_then(|()| {
        if let Some(part) = plan.parts.supervision {
            (part.block_signals)();
        }
        sys::fork(only_thread).map_err(|reason| Failure::Step(Step::Fork, reason))
    });
    let recorded = match forked {
        Ok(ForkResult::Child) => return drop(lifeline),
        // The PID file names nobody before the body is ready.
        Ok(ForkResult::Parent { child }) if plan.parts.readiness.is_some() => Ok(child),
        Ok(ForkResult::Parent { child }) => {
            if let (Some(part), Some(state_file)) = (plan.parts.supervision, &plan.state_file) {
                (part.write_birth)(state_file, child);
            }
            record(plan, child).map(|()| child)
        }
        Err(failure) => Err(failure),
    };
    match recorded {
        Ok(daemon) => {
            if let (Some(part), Some(lifeline)) = (plan.parts.readiness, &lifeline) {
                (part.session_leader)(plan, daemon, launcher, lifeline);
            }
            if plan.launcher_returns {
                let _ = Report::Recorded(daemon).send(launcher);
            }
            sys::exit_now(0)
        }
        Err(failure) => {
            plan.give_up();
            // When nobody reads it, nobody needs to know.
            let _ = Report::Failed(failure).send(launcher);
            sys::exit_now(1);
        }
    }
}

fn set_up(plan: &mut Plan, signals: &Signals) -> Result<(), Failure> {
    leave_session()?;
    // In the foreground signals stay as they are: `nohup` is to be believed.
    signals.reset();
    settle(plan)?;
    if plan.parts.readiness.is_some() {
        return Ok(());
    }
    replace_streams(plan)?;
    if let Some(logs) = plan.streams.logs {
        // The daemon may be told of a rotation before it has run for the first time.
        remember(Duties { logs: Some(logs), ..Duties::default() }, None);
    }
    Ok(())
}
