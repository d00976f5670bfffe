//! The first body of a start that waits for `ready()`, and what it and the supervisor say to each
//! other.

use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::time::Duration;

use crate::error::Step;
use crate::resources::streams::Streams;
use crate::run::started::WhenReady;
use crate::sys::{self, Errno, errno_of};

/// The first body of a start that waits for `ready()`.
pub(crate) struct FirstBody {
    pub(crate) tell_launcher: TellLauncher,
    /// Put in place in the body and in the supervisor when the body is ready.
    pub(crate) streams: Arc<Streams>,
}

/// Tells the launcher that the body is ready, or what has failed; whether it lets the daemon go on.
pub(crate) type TellLauncher = Box<dyn FnOnce(Result<(), (Step, Errno)>) -> bool>;

/// The socket between the supervisor and its first body.
#[inline]
pub(crate) fn connect() -> sys::Answer<(UnixStream, UnixStream)> {
    UnixStream::pair().map_err(errno_of)
}

/// What the first body does when it is ready: its last words still belong to the terminal, and it
/// goes on when the launcher has been told.
#[inline]
pub(crate) fn tell_supervisor(socket: UnixStream, streams: Arc<Streams>) -> WhenReady {
    Box::new(move || {
        let word = streams.install().err().map_or(0, Errno::number);
        let told = sys::send(socket.as_fd(), &word.to_ne_bytes());
        if told.and_then(|()| sys::receive(&socket, &mut [0])) != Ok(true) {
            sys::exit_now(71);
        }
    })
}

/// The body's word, if it has said it.
#[inline]
pub(crate) fn word_of(body: &UnixStream) -> Option<sys::Answer<()>> {
    let mut word = [0; size_of::<i32>()];
    let is_there = sys::wait_until_readable(body, Duration::ZERO);
    if !is_there || sys::receive(body, &mut word) != Ok(true) {
        return None;
    }
    Some(match i32::from_ne_bytes(word) {
        0 => Ok(()),
        reason => Err(Errno::from_raw(reason)),
    })
}

/// Lets the body go on. If it is gone, the supervisor soon notices.
#[inline]
pub(crate) fn go_on(body: &UnixStream) {
    let _ = sys::send(body.as_fd(), &[0]);
}
