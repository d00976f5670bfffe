//! The daemon: everything is set up but its own existence, which it owes to the launcher's byte.

use std::os::unix::net::UnixStream;
use std::sync::Arc;

use crate::error::Step;
use crate::resources::pid_file::PidFile;
use crate::resources::signals::Signals;
use crate::run::started::{Duties, remember};
use crate::run::supervise::FirstBody;
use crate::start::plan::Plan;
use crate::start::protocol::{Failure, Report, await_commit};
use crate::sys::{self, OnlyThread};

/// Returns when the body may run. With `wait_ready` that owes the launcher an answer, and waits for a
/// second byte. With `restart` the daemon is the supervisor, and this returns in the bodies.
pub(crate) fn run(plan: Plan, signals: &Signals, only_thread: &OnlyThread, launcher: UnixStream) {
    let Plan { parts, mut pid_file, streams, restart, ending, inherited, .. } = plan;
    // A supervisor never comes back from here.
    drop(inherited);
    if !await_commit(&launcher) {
        if let Some(pid_file) = pid_file {
            pid_file.remove();
        }
        sys::exit_now(1);
    }
    signals.resume();
    let state_file = pid_file.as_mut().and_then(|pid_file| pid_file.state.take());
    let pid_file = pid_file.map(PidFile::hold);
    let duties = Duties { is_daemon: true, pid_file, logs: streams.logs.clone(), manager: None };
    let launcher = Arc::new(launcher);
    let when_ready =
        parts.readiness.map(|part| (part.body)(Arc::clone(&launcher), Arc::clone(&streams)));
    match restart.zip(parts.supervision) {
        None => remember(duties, when_ready),
        Some((restart, part)) => {
            remember(duties, None);
            let when_not_forked = Box::new(move |reason| {
                let _ = Report::Failed(Failure(Step::Fork, reason)).send(&launcher);
            });
            let first =
                when_ready.map(|when_ready| FirstBody { when_ready, when_not_forked, streams });
            (part.supervise)(&restart, ending, state_file, only_thread, first);
        }
    }
}
