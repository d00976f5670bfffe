//! What the three processes of a start say to each other. The launcher says one byte; it is told
//! which step failed or, with `wait_ready`, how far the body came.

use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::time::Duration;

use crate::start::failure::Failure;
use crate::sys::{self, Deadline, End, Pid};

/// Lets the daemon go on. An error says that nobody is left to do so.
pub(crate) fn commit(daemon: &UnixStream) -> sys::Answer<()> {
    send(daemon, &[1])
}

/// Waits for the launcher's byte; whether it has come. The launcher is gone otherwise.
pub(crate) fn await_commit(launcher: &UnixStream) -> bool {
    receive(launcher, &mut [0]).is_some()
}

/// What the launcher says to a session leader that stays.
#[derive(Clone, Copy, Debug)]
#[repr(u8)]
pub(crate) enum Word {
    /// The body is ready: record the daemon.
    Record = 1,
    /// The daemon is up: leave it alone.
    Dismissed,
    /// The daemon has taken too long: end it.
    TimeIsUp,
}

impl Word {
    pub(crate) fn send(self, session_leader: &UnixStream) -> sys::Answer<()> {
        send(session_leader, &[self as u8])
    }

    /// `None` when nobody is left to say one.
    pub(crate) fn receive(launcher: &UnixStream) -> Option<Self> {
        let mut number = [0];
        receive(launcher, &mut number)?;
        let [number] = number;
        [Self::Record, Self::Dismissed, Self::TimeIsUp]
            .into_iter()
            .find(|&word| word as u8 == number)
    }
}

#[inline(never)]
fn send(socket: &UnixStream, message: &[u8]) -> sys::Answer<()> {
    sys::persist(|| sys::send(socket.as_fd(), message))
}

/// Fills the message; `None` at the end of the stream.
#[inline(never)]
fn receive(socket: &UnixStream, message: &mut [u8]) -> Option<()> {
    sys::persist(|| sys::receive(socket, message)).unwrap_or(false).then_some(())
}

/// One message.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Report {
    /// A stage of the start failed.
    Failed(Failure),
    /// The daemon is set up, and may run.
    SetUp,
    /// The daemon with this PID is recorded.
    Recorded(Pid),
    /// The body called `ready()`.
    Ready,
    /// The daemon ended before that, by an exit code or a signal.
    Exited(i32),
    Killed(i32),
}

impl Report {
    /// So short that it is written in one piece.
    const LENGTH: usize = 1 + Failure::LENGTH;

    #[inline]
    pub(crate) fn of(end: End) -> Self {
        match end {
            End::Exited(code) => Self::Exited(code),
            End::Killed(signal) => Self::Killed(signal),
        }
    }

    pub(crate) fn send(self, launcher: &UnixStream) -> sys::Answer<()> {
        let (kind, [first, second, number @ ..]) = match self {
            Self::Failed(failure) => (0, failure.to_bytes()),
            Self::Recorded(daemon) => (1, Self::number(daemon.as_raw())),
            Self::Ready => (2, [0; Failure::LENGTH]),
            Self::Exited(code) => (3, Self::number(code)),
            Self::Killed(signal) => (4, Self::number(signal)),
            Self::SetUp => (5, [0; Failure::LENGTH]),
        };
        let [a, b, c, d] = number;
        send(launcher, &[kind, first, second, a, b, c, d])
    }

    /// Waits for the next message; `None` when nobody is left to send one.
    pub(crate) fn receive(daemon: &UnixStream) -> Option<Self> {
        let mut message = [0; Self::LENGTH];
        receive(daemon, &mut message)?;
        let [kind, first, second, a, b, c, d] = message;
        let number = i32::from_ne_bytes([a, b, c, d]);
        match kind {
            0 => Failure::from_bytes([first, second, a, b, c, d]).map(Self::Failed),
            1 => Some(Self::Recorded(Pid::from_raw(number))),
            2 => Some(Self::Ready),
            3 => Some(Self::Exited(number)),
            4 => Some(Self::Killed(number)),
            5 => Some(Self::SetUp),
            _ => None,
        }
    }

    /// Waits for the next message as long as somebody holds the lifeline, and until this deadline.
    #[inline]
    pub(crate) fn receive_while(
        daemon: &UnixStream,
        lifeline: &UnixStream,
        deadline: Deadline,
    ) -> Result<Self, Loss> {
        let report = match sys::is_first_ready(daemon.as_fd(), lifeline.as_fd(), deadline) {
            None => return Err(Loss::TimeIsUp),
            Some(true) => Self::receive(daemon),
            // The end of the holder comes after its last message, so that is looked for once more.
            Some(false) => Self::receive_within(daemon, Duration::ZERO),
        };
        report.ok_or(Loss::Silence)
    }

    /// Waits for the next message, but no longer than this.
    pub(crate) fn receive_within(daemon: &UnixStream, limit: Duration) -> Option<Self> {
        if sys::wait_until_readable(daemon, limit) { Self::receive(daemon) } else { None }
    }

    fn number(number: i32) -> [u8; Failure::LENGTH] {
        let [a, b, c, d] = number.to_ne_bytes();
        [0, 0, a, b, c, d]
    }
}

/// How the daemon came up, or why there is none.
pub(crate) type Outcome<T> = Result<T, Loss>;

/// Why a launcher has no daemon.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Loss {
    /// It was told so.
    Reported(Report),
    /// Nobody is left to tell.
    Silence,
    /// The daemon was not ready in time, and has ended.
    TimeIsUp,
}
