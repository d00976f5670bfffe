//! How a start went, from which all starts with one fault more follow.

use nix::libc::{EBADF, EFAULT, EINTR, c_long};
use nix::sys::signal::Signal;

use crate::calls::Call;
use crate::fault::{Disturbance, Fault, Place, Role};
use crate::plan::{Plan, Step};
use crate::supervised::Trace;

/// The calls of a start that went as planned.
#[derive(Clone, Debug)]
pub(crate) struct Recording {
    plan: Plan,
    calls: Vec<Step>,
    commit: Option<Place>,
}

/// Which errors a call is made to fail with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Errors {
    /// Those that it can really fail with.
    Realistic,
    /// All that Linux has, except those that answer to a mistake of the caller.
    All,
}

/// The largest error number of Linux, EHWPOISON.
const LAST_ERROR: i32 = 133;

impl Recording {
    /// Of a start that went as planned. Where the launcher has said that it succeeded, the last
    /// word that it sent anybody was the one that made it a success.
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

    /// Whether somebody saw the start begin.
    pub(crate) fn is_empty(&self) -> bool {
        self.calls.is_empty()
    }

    /// Every fault that the start can meet after those that it has met.
    pub(crate) fn faults(&self, errors: Errors) -> impl Iterator<Item = Fault> + use<'_> {
        self.later_calls().iter().flat_map(move |&(place, call)| {
            let errors = errors_of(call, errors).into_iter().map(Disturbance::Error);
            let disturbances =
                errors.chain(call.lie().map(Disturbance::Lie)).chain(signals_for(place.role));
            disturbances.map(move |disturbance| Fault { place, call, disturbance })
        })
    }

    /// The faults that it has met.
    pub(crate) fn met(&self) -> &[Fault] {
        &self.plan.faults
    }

    /// Where the last fault was, and what each process did then: alike for errors that are answered
    /// alike.
    pub(crate) fn sequel(&self) -> (Option<Place>, Vec<(Role, c_long)>) {
        let later = self.later_calls().iter().map(|&(place, call)| (place.role, call.number));
        let mut later: Vec<_> = later.collect();
        // Each process has its own order. That of several is an accident, now and then.
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

    /// How many calls were made until this fault, with the one that it happens to.
    fn position(&self, fault: &Fault) -> usize {
        let found = self.calls.iter().position(|&(place, _)| place == fault.place);
        found.map_or(self.calls.len(), |index| index + 1)
    }

    /// The first call of this number, disturbed in this way.
    pub(crate) fn fault_at(&self, number: c_long, disturbance: Disturbance) -> Option<Fault> {
        let &(place, call) = self.calls.iter().find(|(_, call)| call.is(number))?;
        Some(Fault { place, call, disturbance })
    }

    /// The same start, with one fault more.
    pub(crate) fn plan(&self, fault: Fault) -> Plan {
        let course = self.calls[..self.position(&fault)].to_owned();
        // One that comes later may not come at all.
        let commit = self.commit.filter(|commit| course.iter().any(|(place, _)| place == commit));
        let mut faults = self.plan.faults.clone();
        faults.push(fault);
        Plan { faults, course, commit }
    }
}

fn errors_of(call: Call, errors: Errors) -> Vec<i32> {
    // An interruption is no error of the call itself.
    let can_fail = call.errors().iter().any(|&error| error != EINTR);
    match errors {
        Errors::All if can_fail => {
            (1..=LAST_ERROR).filter(|error| ![EBADF, EFAULT].contains(error)).collect()
        }
        _ => call.errors().to_vec(),
    }
}

/// Every process can be killed; only the launcher has a user who interrupts it.
fn signals_for(role: Role) -> impl Iterator<Item = Disturbance> {
    let interrupt = (role == Role::Launcher).then_some(Signal::SIGTERM);
    [Signal::SIGKILL].into_iter().chain(interrupt).map(Disturbance::Signal)
}
