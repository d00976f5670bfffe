//! The daemon: everything is set up but its own existence, which it owes to the launcher's byte.

use std::mem;
use std::os::unix::net::UnixStream;

use crate::resources::inherited::Inherited;
use crate::resources::pid_file::PidFile;
use crate::resources::signals::Signals;
use crate::resources::streams::Streams;
use crate::run::started::{Duties, remember};
use crate::start::plan::Plan;
use crate::start::protocol::await_commit;
use crate::sys::{self, OnlyThread};

/// Returns when the body may run. With `wait_ready` the daemon owes the launcher an answer, and
/// waits for a second byte. With `restart` the daemon is the supervisor, and this returns in the
/// bodies.
pub(crate) fn run(
    plan: &mut Plan,
    signals: &Signals,
    only_thread: &OnlyThread,
    launcher: UnixStream,
) {
    if !await_commit(&launcher) {
        plan.give_up();
        sys::exit_now(1);
    }
    // A supervisor never comes back from here, so that what is not needed goes now.
    plan.inherited = Inherited::keep();
    let streams = mem::replace(&mut plan.streams, Streams::keep());
    let mut pid_file = plan.pid_file.take();
    signals.resume();
    let state_file = pid_file.as_mut().and_then(|pid_file| pid_file.state.take());
    let pid_file = pid_file.map(PidFile::hold);
    let duties = Duties { is_daemon: true, pid_file, logs: streams.logs, manager: None };
    let readiness = plan.parts.readiness;
    let (Some(restart), Some(part)) = (plan.restart, plan.parts.supervision) else {
        return remember(duties, readiness.map(|part| (part.daemon)(launcher, streams)));
    };
    remember(duties, None);
    let first = readiness.map(|part| (part.supervisor)(launcher, streams));
    (part.supervise)(restart, plan.ending, state_file, only_thread, first);
}
