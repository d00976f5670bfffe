//! A fault: where and how a start is disturbed.

use std::fmt;

use nix::errno::Errno;
use nix::libc::c_long;
use nix::sys::signal::Signal;

use crate::calls::Call;

/// A process of a start, in the order in which they are forked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Role {
    /// The process that the user started.
    Launcher,
    /// Its child.
    SessionLeader,
    /// The session leader's child, which runs the body or supervises it.
    Daemon,
    /// The first child of a supervisor. Its later children are not disturbed.
    Body,
}

/// The place of a system call in a start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Place {
    /// The process that makes the call.
    pub(crate) role: Role,
    /// The number of its earlier calls. The launcher's are counted from the beginning of the start,
    /// those of the others from their fork.
    pub(crate) index: usize,
}

/// What happens instead of a system call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Disturbance {
    /// The call fails with this error.
    Error(i32),
    /// The call has no effect, but returns this value as if it had succeeded.
    Lie(i64),
    /// The process gets this signal. If it survives, it makes the call.
    Signal(Signal),
}

/// One disturbance of one start.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fault {
    /// Where it happens.
    pub(crate) place: Place,
    /// The system call that is made there.
    pub(crate) call: Call,
    /// What happens.
    pub(crate) disturbance: Disturbance,
}

impl Role {
    /// The role of the n-th process, counted from 0.
    pub(crate) fn of_nth(order: usize) -> Option<Self> {
        [Self::Launcher, Self::SessionLeader, Self::Daemon, Self::Body].get(order).copied()
    }
}

impl Fault {
    /// What two starts have in common if they meet the same fault. The arguments of a call contain
    /// addresses, which differ from start to start.
    pub(crate) fn identity(&self) -> (Place, c_long, Disturbance) {
        (self.place, self.call.number, self.disturbance)
    }

    /// Whether the fault happens at this call.
    pub(crate) fn is_at(&self, place: Place, call: Call) -> bool {
        self.place == place && self.call.is(call.number)
    }

    /// Whether the fault kills a process of this role.
    pub(crate) fn kills(&self, role: Role) -> bool {
        self.place.role == role && self.disturbance == Disturbance::Signal(Signal::SIGKILL)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Launcher => "launcher",
            Self::SessionLeader => "session leader",
            Self::Daemon => "daemon",
            Self::Body => "body",
        })
    }
}

impl fmt::Display for Disturbance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Error(number) => match Errno::from_raw(*number) {
                Errno::UnknownErrno => write!(f, "error {number}"),
                errno => write!(f, "{errno:?}"),
            },
            Self::Lie(value) => write!(f, "returns {value} without effect"),
            Self::Signal(signal) => write!(f, "{signal}"),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { place, call, disturbance } = self;
        write!(f, "{}, call {}, {call}: {disturbance}", place.role, place.index + 1)
    }
}
