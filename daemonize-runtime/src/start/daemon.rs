//! The daemon: everything is set up but its own existence, which it owes to the launcher's byte.

use std::os::unix::net::UnixStream;
use std::sync::Arc;

use crate::resources::pid_file::PidFile;
use crate::resources::signals::Signals;
use crate::run::first_body::FirstBody;
use crate::run::started::{Duties, remember};
use crate::start::plan::Plan;
use crate::start::protocol::await_commit;
use crate::sys::{self, OnlyThread};

/// Returns when the body may run. With `wait_ready` the daemon owes the launcher an answer, and
/// waits for a second byte. With `restart` the daemon is the supervisor, and this returns in the
/// bodies.
pub(crate) fn run(plan: Plan, signals: &Signals, only_thread: &OnlyThread, launcher: UnixStream) {
    if !await_commit(&launcher) {
        plan.give_up();
        sys::exit_now(1);
    }
    let Plan { parts, mut pid_file, streams, restart, ending, inherited, .. } = plan;
    // A supervisor never comes back from here.
    drop(inherited);
    signals.resume();
    let streams = Arc::new(streams);
    let state_file = pid_file.as_mut().and_then(|pid_file| pid_file.state.take());
    let pid_file = pid_file.map(PidFile::hold);
    let duties = Duties { is_daemon: true, pid_file, logs: streams.logs.clone(), manager: None };
    match restart.zip(parts.supervision) {
        None => {
            remember(duties, parts.readiness.map(|part| (part.daemon)(launcher, streams)));
        }
        Some((restart, part)) => {
            remember(duties, None);
            let first = parts
                .readiness
                .map(|part| FirstBody { tell_launcher: (part.supervisor)(launcher), streams });
            (part.supervise)(&restart, ending, state_file, only_thread, first);
        }
    }
}
