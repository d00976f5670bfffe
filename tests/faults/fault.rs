//! A fault: where a start is disturbed, and how.

use nix::errno::Errno;
use nix::libc::c_long;
use nix::sys::signal::Signal;
use std::fmt;

use crate::calls::Call;

/// A process of a start. They are born in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Role {
    /// The process that the user started.
    Launcher,
    /// Its child.
    SessionLeader,
    /// The child of that, with or without the body.
    Daemon,
    /// The child of a daemon that supervises it; those that come later are not disturbed.
    Body,
}

/// A system call of a start: the process that makes it, and how many it made before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Place {
    /// The process.
    pub(crate) role: Role,
    /// The number of its earlier calls: the launcher's since the start began, the others' since
    /// their birth.
    pub(crate) index: usize,
}

/// What happens instead of a system call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Disturbance {
    /// It fails with this error.
    Error(i32),
    /// It has no effect, but returns this value as if it had.
    Lie(i64),
    /// The process gets this signal; if it survives, the call is made.
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
    /// The role of the process that is born as the n-th, counted from 0.
    pub(crate) fn of_birth(order: usize) -> Option<Self> {
        [Self::Launcher, Self::SessionLeader, Self::Daemon, Self::Body].get(order).copied()
    }
}

impl Fault {
    /// What makes it this fault. The arguments of a call are addresses, which differ from start to
    /// start.
    pub(crate) fn identity(&self) -> (Place, c_long, Disturbance) {
        (self.place, self.call.number, self.disturbance)
    }

    /// Whether it happens to this call.
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
