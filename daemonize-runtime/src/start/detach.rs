//! The two forks, and who does what after them. Receives the plan; returns in the daemon, and in a
//! launcher that goes on.
//!
//! The session leader sets everything up and the daemon is born ready. So the launcher waits for
//! one process only: on a busy machine each process that must be scheduled first costs a time
//! slice. One byte makes the start a transaction. The launcher writes it when the session leader
//! has ended well, and the daemon runs nothing before it has read it:
//!
//! - the byte cannot be written: the daemon is dead, the start has failed;
//! - the byte never comes: the launcher is dead, the daemon exits.
//!
//! With `wait_ready` there are two bytes: one lets the body run, the second answers its `ready()`.
//! In between the session leader stays, because it is the daemon's parent and learns how it ends.

use std::os::unix::net::UnixStream;

use crate::error::{At, Error, Step};
use crate::options::Side;
use crate::resources::signals::Signals;
use crate::run::variables::{LISTEN_PID, is_set, take_over};
use crate::start::plan::Plan;
use crate::start::{daemon, launcher, session_leader};
use crate::sys::{self, ForkResult, OnlyThread, errno_of, getpid};

#[inline]
pub(crate) fn detach(
    plan: &mut Plan,
    signals: &Signals,
    only_thread: &OnlyThread,
) -> Result<Side, Error> {
    let connected = connect(plan).inspect_err(|_| plan.give_up());
    let (launchers_end, daemons_end, lifeline) = connected.at(Step::Connect)?;
    // What is printed so far must appear once, and not a second time from the buffers that a fork
    // copies.
    sys::flush_output();
    let executed = is_set(LISTEN_PID).then(getpid);
    match sys::fork(only_thread) {
        Ok(ForkResult::Child) => {
            drop(launchers_end);
            let lifeline = lifeline.map(|(_, held)| held);
            session_leader::lead(plan, signals, only_thread, &daemons_end, lifeline);
            if let Some(executed) = executed {
                take_over(LISTEN_PID, executed, only_thread);
            }
            daemon::run(plan, signals, only_thread, daemons_end);
            Ok(Side::Daemon)
        }
        Ok(ForkResult::Parent { child }) => {
            drop(daemons_end);
            let lifeline = lifeline.map(|(watched, _)| watched);
            launcher::launch(plan, signals, &launchers_end, child, lifeline.as_ref())
                .map(|daemon| Side::Launcher { daemon })
                .inspect_err(|_| plan.give_up())
        }
        Err(reason) => {
            plan.give_up();
            Err(reason).at(Step::Fork)
        }
    }
}

type Lifeline = Option<(UnixStream, UnixStream)>;

/// The socket between launcher and daemon. The lifeline is a socket to the session leader alone,
/// where it is to stay: the end of it is the end of the session leader.
fn connect(plan: &Plan) -> sys::Answer<(UnixStream, UnixStream, Lifeline)> {
    let pair = || UnixStream::pair().map_err(errno_of);
    let (launchers_end, daemons_end) = pair()?;
    let lifeline = plan.parts.readiness.map(|_| pair()).transpose()?;
    Ok((launchers_end, daemons_end, lifeline))
}
