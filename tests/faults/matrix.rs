//! All faults of a start, one start for each.

use std::any::Any;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::thread;

use crate::fault::Fault;
use crate::oracle::{self, Outcome};
use crate::recording::{Errors, Recording, Start};

/// How many starts run at once. They wait more than they work.
const AT_ONCE: usize = 3;

/// Enough to see what is wrong. One more start that hangs takes as long as a hang is waited for.
const MOST_VIOLATIONS: usize = 20;

const UNPOISONED: &str = "nobody panics while holding it";

/// A start that was disturbed in every way.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// How many starts ended in each way that is fine.
    pub(crate) outcomes: Vec<Outcome>,
    /// The faults that broke a start, each with what was wrong.
    pub(crate) violations: Vec<(Fault, String)>,
}

impl Tally {
    /// How many faults were tried.
    pub(crate) fn faults(&self) -> usize {
        self.outcomes.len() + self.violations.len()
    }

    /// How many starts ended in this way.
    pub(crate) fn count(&self, outcome: Outcome) -> usize {
        self.outcomes.iter().filter(|&&ended| ended == outcome).count()
    }
}

/// Disturbs a start in every way, unless it breaks too often.
///
/// # Errors
///
/// When the kernel does not allow it.
pub(crate) fn run(start: Start, errors: Errors) -> io::Result<Tally> {
    let recording = Recording::of(start)?;
    let faults = Mutex::new(recording.faults(errors));
    let tally = Mutex::new(Tally::default());
    let work = || {
        while tally.lock().expect(UNPOISONED).violations.len() < MOST_VIOLATIONS {
            let Some(fault) = faults.lock().expect(UNPOISONED).next() else { break };
            let judged = try_fault(start, &recording, fault);
            let mut tally = tally.lock().expect(UNPOISONED);
            match judged {
                Ok(outcome) => tally.outcomes.push(outcome),
                Err(violation) => tally.violations.push((fault, violation)),
            }
        }
    };
    thread::scope(|scope| (0..AT_ONCE).for_each(|_| drop(scope.spawn(work))));
    Ok(tally.into_inner().expect(UNPOISONED))
}

/// Makes one disturbed start, and says what is wrong with it if something is.
///
/// # Errors
///
/// What the oracle objects to.
pub(crate) fn try_fault(
    start: Start,
    recording: &Recording,
    fault: Fault,
) -> Result<Outcome, String> {
    catch_unwind(AssertUnwindSafe(|| oracle::judge(&(start.bot)(), recording, fault)))
        .map_err(|panic| text_of(&*panic))
}

fn text_of(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("a panic without text")
        .to_owned()
}
