//! Readiness: the body talks to the terminal, and the launcher waits, until the body says that it
//! is up.

use std::os::unix::net::UnixStream;
use std::sync::Arc;

use crate::error::Step;
use crate::resources::streams::Streams;
use crate::run::first_body::{FirstBody, TellLauncher};
use crate::run::started::{self, WhenReady};
use crate::start::failure::Failure;
use crate::start::protocol::{Report, await_commit};
use crate::sys;

/// What `ready()` does in the daemon: the last step of a start that waited.
#[inline]
pub(crate) fn when_ready(launcher: Arc<UnixStream>, streams: Streams) -> WhenReady {
    Box::new(move || {
        let replaced =
            streams.install().map_err(|reason| Failure::Step(Step::ReplaceStreams, reason));
        if !conclude(&launcher, replaced) {
            started::leave();
            // A failure of the system's, and not of the body's.
            sys::exit_now(71);
        }
    })
}

/// The same for a supervisor, which is told by its body.
#[inline]
pub(crate) fn first_body(launcher: Arc<UnixStream>, streams: Streams) -> FirstBody {
    let tell_launcher: TellLauncher = Box::new(move |outcome| {
        conclude(&launcher, outcome.map_err(|(step, reason)| Failure::Step(step, reason)))
    });
    FirstBody { tell_launcher, streams: Arc::new(streams) }
}

/// Whether the launcher has been told that all is well, and has told others.
#[inline]
fn conclude(launcher: &UnixStream, outcome: Result<(), Failure>) -> bool {
    match outcome {
        Ok(()) => Report::Ready.send(launcher).is_ok() && await_commit(launcher),
        Err(failure) => {
            // When nobody reads it, nobody needs to know.
            let _ = Report::Failed(failure).send(launcher);
            false
        }
    }
}
