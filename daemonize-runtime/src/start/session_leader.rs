//! The session leader: sets everything up, forks the daemon, and writes down who it is.

use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::sync::Arc;

use nix::poll::PollFlags;
use nix::sys::signal::{SigSet, SigmaskHow, Signal, kill, killpg, sigprocmask};
use nix::unistd::{ForkResult, Pid, getpid};

use crate::error::Step;
use crate::resources::pid_file::PidFile;
use crate::resources::signals::Signals;
use crate::run::started::{Duties, remember};
use crate::start::plan::Plan;
use crate::start::protocol::{Failure, Report};
use crate::start::settle::{leave_session, record, replace_streams, settle};
use crate::sys::{self, OnlyThread};

/// Returns in the daemon alone.
pub(crate) fn lead(
    plan: &Plan,
    signals: &Signals,
    only_thread: &OnlyThread,
    launcher: &UnixStream,
    lifeline: Option<UnixStream>,
) {
    let forked = set_up(plan, signals)
        .and_then(|()| sys::fork(only_thread).map_err(|reason| Failure(Step::Fork, reason)));
    let recorded = match forked {
        Ok(ForkResult::Child) => return drop(lifeline),
        Ok(ForkResult::Parent { child }) => record(plan, child).map(|()| child),
        Err(failure) => Err(failure),
    };
    match recorded {
        Ok(daemon) => {
            if let (Some(part), Some(lifeline)) = (plan.parts.readiness, &lifeline) {
                (part.session_leader)(daemon, launcher, lifeline, plan.pid_file.as_ref());
            }
            if plan.launcher_returns {
                let _ = Report::Recorded(daemon).send(launcher);
            }
            sys::exit_now(0)
        }
        Err(failure) => {
            // When nobody reads it, nobody needs to know.
            let _ = Report::Failed(failure).send(launcher);
            sys::exit_now(1);
        }
    }
}

fn set_up(plan: &Plan, signals: &Signals) -> Result<(), Failure> {
    leave_session()?;
    // In the foreground signals stay as they are: `nohup` is to be believed.
    signals.reset();
    settle(plan)?;
    if plan.parts.readiness.is_some() {
        return Ok(());
    }
    replace_streams(plan)?;
    if let Some(logs) = &plan.streams.logs {
        // The daemon may be told of a rotation before it has run for the first time.
        remember(Duties { logs: Some(Arc::clone(logs)), ..Duties::default() }, None);
    }
    Ok(())
}

/// The session leader's second task: it is the daemon's parent, so that it alone learns how the
/// daemon ends, and it notices when the launcher is gone, whatever the body is doing. Ends with the
/// launcher's word that all is well.
pub(crate) fn watch(
    daemon: Pid,
    launcher: &UnixStream,
    lifeline: &UnixStream,
    pid_file: Option<&PidFile>,
) -> ! {
    let mut child_signal = SigSet::empty();
    child_signal.add(Signal::SIGCHLD);
    let _ = sigprocmask(SigmaskHow::SIG_BLOCK, Some(&child_signal), None);
    sys::interrupt_on(Signal::SIGCHLD);
    // When the launcher cannot be told, nobody lets the body run.
    let mut is_over = Report::Recorded(daemon).send(launcher).is_err();
    while !is_over {
        match sys::has_ended(daemon) {
            Ok(None) => match await_word(launcher, lifeline) {
                Word::Dismissed => sys::exit_now(0),
                Word::Abandoned => {
                    abandon(daemon, pid_file);
                    is_over = true;
                }
                Word::None => {}
            },
            Ok(Some(end)) => {
                let _ = Report::of(end).send(launcher);
                is_over = true;
            }
            Err(_) => is_over = true,
        }
    }
    // Whatever the body has started goes along, and this process with it.
    let _ = sys::persist(|| killpg(getpid(), Signal::SIGKILL));
    sys::exit_now(1)
}

/// What the session leader hears of the launcher.
enum Word {
    /// Nothing: a child may have ended.
    None,
    /// All is well.
    Dismissed,
    /// The launcher is gone.
    Abandoned,
}

fn await_word(launcher: &UnixStream, lifeline: &UnixStream) -> Word {
    let gone = PollFlags::POLLHUP | PollFlags::POLLERR;
    let [of_launcher, of_lifeline] = sys::wait_for_events([
        (launcher.as_fd(), PollFlags::empty()),
        (lifeline.as_fd(), PollFlags::POLLIN),
    ]);
    // A launcher that is killed closes both, in any order, and has said nothing on the lifeline.
    if of_launcher.intersects(gone) {
        Word::Abandoned
    } else if of_lifeline.contains(PollFlags::POLLIN) && !of_lifeline.intersects(gone) {
        Word::Dismissed
    } else {
        Word::None
    }
}

/// Takes the unfinished daemon along, with its PID file: nobody was told.
fn abandon(daemon: Pid, pid_file: Option<&PidFile>) {
    if sys::persist(|| kill(daemon, Signal::SIGKILL)).is_ok() {
        let _ = sys::wait(daemon);
    }
    if let Some(pid_file) = pid_file {
        pid_file.remove();
    }
}
