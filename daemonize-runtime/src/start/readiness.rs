//! Readiness: the body talks to the terminal, and the launcher waits, until the body says that it is
//! up.

use std::io::{self, Write};
use std::os::unix::net::UnixStream;
use std::sync::Arc;

use crate::error::Step;
use crate::resources::streams::Streams;
use crate::run::started::{self, WhenReady};
use crate::start::protocol::{Failure, Report, await_commit};
use crate::sys;

/// What `ready()` does in the daemon: the last step of a start that waited.
pub(crate) fn when_ready(launcher: Arc<UnixStream>, streams: Arc<Streams>) -> WhenReady {
    Box::new(move || complete(&launcher, &streams))
}

/// What is printed so far still belongs to the terminal.
fn complete(launcher: &UnixStream, streams: &Streams) {
    let _ = io::stdout().flush();
    sys::flush_c_streams();
    let answer = match streams.install() {
        Ok(()) => Report::Ready,
        Err(reason) => Report::Failed(Failure(Step::ReplaceStreams, reason)),
    };
    let is_told = answer.send(launcher).is_ok() && matches!(answer, Report::Ready);
    if !is_told || !await_commit(launcher) {
        started::leave();
        // A failure of the system's, and not of the body's.
        sys::exit_now(71);
    }
}
