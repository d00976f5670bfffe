//! The daemon. Everything is set up; the launcher's byte lets it run.

use std::mem;
use std::os::unix::net::UnixStream;
use std::sync::Arc;

use crate::resources::inherited::Inherited;
use crate::resources::made::Made;
use crate::resources::pid_file::PidFile;
use crate::resources::signals::Signals;
use crate::resources::state_file::StateFile;
use crate::resources::streams::Streams;
use crate::run::started::{Duties, leave, remember};
use crate::start::plan::Plan;
use crate::start::protocol::await_commit;
use crate::sys::{self, OnlyThread};

/// Returns when the body may run. With `wait_ready` the daemon owes the launcher an answer, and
/// waits for a second byte. With `restart` the daemon is the supervisor, and this returns in the
/// bodies.
///
/// The byte comes last. Until then the launcher waits for the session leader's end, and what the
/// daemon does in this time does not delay the body.
pub(crate) fn run(
    plan: &mut Plan,
    signals: &Signals,
    only_thread: &OnlyThread,
    launcher: UnixStream,
) {
    // A supervisor never comes back from here, so what is not needed goes now.
    plan.inherited = Inherited::keep();
    plan.made = Made::default();
    let streams = mem::replace(&mut plan.streams, Streams::keep());
    signals.resume();
    let pid_file = plan.pid_file.take().map(PidFile::hold);
    let duties = Duties { is_daemon: true, pid_file, logs: streams.logs, manager: None };
    let launcher = Arc::new(launcher);
    let supervision = plan.restart.zip(plan.parts.supervision);
    let (when_ready, first_body) = match plan.parts.readiness {
        None => {
            drop(streams);
            (None, None)
        }
        Some(part) if supervision.is_none() => {
            (Some((part.daemon)(Arc::clone(&launcher), streams)), None)
        }
        Some(part) => (None, Some((part.supervisor)(Arc::clone(&launcher), streams))),
    };
    remember(duties, when_ready);
    if !await_commit(&launcher) {
        // As in `give_up`: before the PID file, which goes now.
        plan.state_file.iter().for_each(StateFile::remove);
        leave();
        plan.give_up();
        sys::exit_now(1);
    }
    drop(launcher);
    if let Some((restart, part)) = supervision {
        let state_file = plan.state_file.take();
        (part.supervise)(restart, plan.ending, state_file, only_thread, first_body);
    }
}
