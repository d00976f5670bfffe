//! A plan: the faults of one start, and the start's course up to the last of them.

use std::fmt;
use std::mem::{self, Discriminant};
use std::os::unix::process::ExitStatusExt;

use nix::libc::{self, c_long};
use tests::launch::Launch;

use crate::calls::Call;
use crate::fault::{Disturbance, Fault, Place, Role};

/// A system call, and where in the start it is made.
pub(crate) type Step = (Place, Call);

/// What happens to a start; by default, nothing.
#[derive(Clone, Debug, Default)]
pub(crate) struct Plan {
    /// The faults, in order.
    pub(crate) faults: Vec<Fault>,
    /// All calls up to the last fault, in order. Faults then happen at the same point of the start,
    /// whichever process is faster.
    pub(crate) course: Vec<Step>,
    /// The launcher's call that commits the start, if it comes before the last fault.
    pub(crate) commit: Option<Place>,
}

impl Plan {
    /// Whether one of the faults kills a process of this role, apart from the first `after` faults.
    pub(crate) fn kills(&self, role: Role, after: usize) -> bool {
        self.faults.iter().skip(after).any(|fault| fault.kills(role))
    }

    /// Whether all that happens is that a signal interrupts calls.
    pub(crate) fn only_interrupts(&self) -> bool {
        let interrupts =
            |fault: &Fault| matches!(fault.disturbance, Disturbance::Error(libc::EINTR));
        self.faults.iter().all(interrupts)
    }

    /// Plans of one kind differ only in the numbers of errors and the places of their calls.
    pub(crate) fn kind(&self) -> Vec<(Role, c_long, Discriminant<Disturbance>)> {
        let kind = |fault: &Fault| {
            (fault.place.role, fault.call.number, mem::discriminant(&fault.disturbance))
        };
        self.faults.iter().map(kind).collect()
    }

    /// Whether the last fault is the last of the errors that are tried at its call.
    pub(crate) fn is_last_of_kind(&self) -> bool {
        self.faults.last().is_none_or(|fault| match fault.disturbance {
            Disturbance::Error(error) => fault.call.errors().last() == Some(&error),
            Disturbance::Lie(_) | Disturbance::Signal(_) => true,
        })
    }

    /// Whether one of the faults killed the launcher.
    pub(crate) fn ends(&self, launch: &Launch) -> bool {
        self.faults.iter().any(|fault| match fault.disturbance {
            Disturbance::Signal(signal) => {
                fault.place.role == Role::Launcher && launch.status.signal() == Some(signal as i32)
            }
            _ => false,
        })
    }

    /// Whether a fault may keep the launcher from printing its message.
    pub(crate) fn spoils_message(&self) -> bool {
        let spoils =
            |fault: &Fault| fault.place.role == Role::Launcher && fault.call.is(libc::SYS_write);
        self.faults.iter().any(spoils)
    }

    /// Whether the faults may keep a failed start from removing its PID file. It is removed by its
    /// name, and only under its lock. The launcher may not remove that of another user.
    pub(crate) fn may_leave_pid_file(&self) -> bool {
        self.faults.iter().any(|fault| {
            matches!(fault.disturbance, Disturbance::Signal(_)) || fault.call.needs_file()
        })
    }
}

/// What separates two faults in the name of a plan.
pub(crate) const THEN: &str = "; then ";

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let faults: Vec<_> = self.faults.iter().map(ToString::to_string).collect();
        f.write_str(&faults.join(THEN))
    }
}
