//! The recording of a start. It yields all starts with one more fault.

use nix::libc::{EBADF, EFAULT, EINTR, c_long};
use nix::sys::signal::Signal;

use crate::calls::Call;
use crate::fault::{Disturbance, Fault, Place, Role};
use crate::plan::{Plan, Step};
use crate::supervised::Trace;

/// The calls of a start that kept to its plan.
#[derive(Clone, Debug)]
pub(crate) struct Recording {
    plan: Plan,
    calls: Vec<Step>,
    commit: Option<Place>,
}

/// Which errors a call is made to fail with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Errors {
    /// The errors that a correct caller can get.
    Realistic,
    /// All errors of Linux, except those that mean a mistake of the caller.
    All,
}

/// The largest error number of Linux, EHWPOISON.
const LAST_ERROR: i32 = 133;

impl Recording {
    /// The recording of a start that kept to its plan. A launcher that has reported success has
    /// committed the start by the last thing that it sent.
    pub(crate) fn of(plan: Plan, trace: &Trace, is_success: bool) -> Self {
        let calls = trace.calls.clone();
        let mut sent = calls.iter().rev().map(|&(place, call)| (place, call.sends()));
        let commit = if is_success {
            sent.find(|&(place, sends)| place.role == Role::Launcher && sends)
                .map(|(place, _)| place)
        } else {
            plan.commit.filter(|_| trace.committed_after.is_some())
        };
        Self { plan, calls, commit }
    }

    /// Whether no call was seen.
    pub(crate) fn is_empty(&self) -> bool {
        self.calls.is_empty()
    }

    /// Every fault that can follow the faults of this start.
    pub(crate) fn faults(&self, errors: Errors) -> impl Iterator<Item = Fault> + use<'_> {
        self.later_calls().iter().flat_map(move |&(place, call)| {
            let errors = errors_of(call, errors).into_iter().map(Disturbance::Error);
            let disturbances =
                errors.chain(call.lie().map(Disturbance::Lie)).chain(signals_for(place.role));
            disturbances.map(move |disturbance| Fault { place, call, disturbance })
        })
    }

    /// The faults that have happened.
    pub(crate) fn met(&self) -> &[Fault] {
        &self.plan.faults
    }

    /// The place of the last fault, and what each process did after it. It is equal for two errors
    /// if the start reacts alike to both.
    pub(crate) fn sequel(&self) -> (Option<Place>, Vec<(Role, c_long)>) {
        let later = self.later_calls().iter().map(|&(place, call)| (place.role, call.number));
        let mut later: Vec<_> = later.collect();
        // The calls of one process have an order. That of several processes may depend on timing.
        later.sort_by_key(|&(role, _)| role);
        (self.plan.faults.last().map(|fault| fault.place), later)
    }

    /// The calls after the last fault.
    fn later_calls(&self) -> &[Step] {
        match self.plan.faults.last() {
            Some(last) => self.calls.get(self.position(last)..).unwrap_or_default(),
            None => &self.calls,
        }
    }

    /// How many calls were made up to this fault, including its own.
    fn position(&self, fault: &Fault) -> usize {
        let found = self.calls.iter().position(|&(place, _)| place == fault.place);
        found.map_or(self.calls.len(), |index| index + 1)
    }

    /// A fault of this kind at the first call with this number.
    pub(crate) fn fault_at(&self, number: c_long, disturbance: Disturbance) -> Option<Fault> {
        let &(place, call) = self.calls.iter().find(|(_, call)| call.is(number))?;
        Some(Fault { place, call, disturbance })
    }

    /// The plan of the same start with one more fault.
    pub(crate) fn plan(&self, fault: Fault) -> Plan {
        let course = self.calls[..self.position(&fault)].to_owned();
        // A commit after the fault may not happen at all.
        let commit = self.commit.filter(|commit| course.iter().any(|(place, _)| place == commit));
        let mut faults = self.plan.faults.clone();
        faults.push(fault);
        Plan { faults, course, commit }
    }
}

fn errors_of(call: Call, errors: Errors) -> Vec<i32> {
    // A call that can only be interrupted cannot fail with other errors.
    let can_fail = call.errors().iter().any(|&error| error != EINTR);
    match errors {
        Errors::All if can_fail => {
            (1..=LAST_ERROR).filter(|error| ![EBADF, EFAULT].contains(error)).collect()
        }
        _ => call.errors().to_vec(),
    }
}

/// Every process can be killed, but a user only interrupts the launcher.
fn signals_for(role: Role) -> impl Iterator<Item = Disturbance> {
    let interrupt = (role == Role::Launcher).then_some(Signal::SIGTERM);
    [Signal::SIGKILL].into_iter().chain(interrupt).map(Disturbance::Signal)
}
