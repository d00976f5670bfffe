//! Faults with a known result. They show that the oracle notices violations.

use libtest_mimic::{Completion, Failed, Trial};
use nix::libc::{self, c_long};
use nix::unistd::geteuid;

use crate::fault::{Disturbance, Fault, Place};
use crate::oracle::Outcome;
use crate::recording::Recording;
use crate::starts::{DEFAULT, PRIVILEGED, Start};
use crate::{matrix, or_ignored};

/// A fault at the first call of this kind that a start makes, and the expected result.
pub(crate) struct Guard {
    name: &'static str,
    start: Start,
    call: c_long,
    disturbance: Disturbance,
    /// Whether the fault is planned at a place that no start reaches.
    is_beyond: bool,
    end: End,
}

/// How a start with a fault ends.
enum End {
    Success,
    /// The oracle complains in these words.
    Complaint(&'static str),
}

pub(crate) const GUARDS: &[Guard] = &[
    // No runtime can detect the next two.
    Guard {
        name: "a_lock_without_effect_is_noticed",
        disturbance: Disturbance::Lie(0),
        end: End::Complaint("the daemon runs without a lock"),
        ..LOCK
    },
    Guard {
        name: "a_pid_that_is_not_written_is_noticed",
        call: libc::SYS_pwrite64,
        disturbance: Disturbance::Lie(32),
        end: End::Complaint("is not complete"),
        ..LOCK
    },
    // A fault that does not happen must not count as survived.
    Guard {
        name: "a_fault_that_never_happens_is_noticed",
        is_beyond: true,
        end: End::Complaint(matrix::NEVER_HAPPENED),
        ..LOCK
    },
    // Some network file systems lock only through a writable descriptor.
    Guard {
        name: "a_lock_that_needs_write_access_is_taken",
        start: PRIVILEGED,
        disturbance: Disturbance::Error(libc::EBADF),
        end: End::Success,
        ..LOCK
    },
];

const LOCK: Guard = Guard {
    name: "",
    start: DEFAULT,
    call: libc::SYS_flock,
    disturbance: Disturbance::Error(libc::EIO),
    is_beyond: false,
    end: End::Success,
};

impl Guard {
    pub(crate) fn trial(&'static self) -> Trial {
        Trial::ignorable_test(self.name, || {
            if self.start.needs_root && !geteuid().is_root() {
                return Ok(Completion::ignored_with("needs root"));
            }
            or_ignored(matrix::record(&self.start), |(recording, ending)| {
                let fault = self.fault(&recording).ok_or("the start does not make this call")?;
                let tried = matrix::try_plan(&self.start, &ending, &recording.plan(fault));
                self.compare(tried.map(|(outcome, _)| outcome))
            })
        })
    }

    fn fault(&self, recording: &Recording) -> Option<Fault> {
        let fault = recording.fault_at(self.call, self.disturbance)?;
        let index = if self.is_beyond { usize::MAX } else { fault.place.index };
        Some(Fault { place: Place { index, ..fault.place }, ..fault })
    }

    fn compare(&self, tried: Result<Outcome, String>) -> Result<(), Failed> {
        match (&self.end, tried) {
            (End::Success, Ok(Outcome::Started)) => Ok(()),
            (End::Complaint(words), Err(violation)) if violation.contains(words) => Ok(()),
            (End::Success, tried) => Err(format!("expected a start, not {tried:?}").into()),
            (End::Complaint(words), tried) => {
                Err(format!("expected the complaint {words:?}, not {tried:?}").into())
            }
        }
    }
}
