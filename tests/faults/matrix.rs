//! Makes one disturbed start for each plan.

use std::any::Any;
use std::collections::BTreeMap;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::thread;

use crate::ended::Ended;
use crate::oracle::{self, Ending, Outcome};
use crate::pairs;
use crate::plan::Plan;
use crate::recording::Recording;
use crate::scope::Scope;
use crate::starts::Start;
use crate::supervised::Supervised;

/// How many starts run at once. They mostly wait.
const AT_ONCE: usize = 3;

/// How many violations by plans of one kind are enough. Each start that hangs takes as long as the
/// longest wait.
const MOST_VIOLATIONS: usize = 2;

/// The report on a plan with a fault that does not happen.
pub(crate) const NEVER_HAPPENED: &str = "the fault never happened";

const UNPOISONED: &str = "no thread panics while holding the lock";

/// The results of disturbed starts.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// How many single faults were tried, and how many pairs.
    pub(crate) tried: [usize; 2],
    /// How many pairs exist.
    pub(crate) pairs: usize,
    /// How many of the tried pairs did not happen.
    pub(crate) missed: usize,
    /// How many plans were skipped after violations by plans of the same kind.
    pub(crate) skipped: usize,
    /// How the correct starts ended.
    pub(crate) outcomes: Vec<Outcome>,
    /// The plans that broke a start, each with the violation.
    pub(crate) violations: Vec<(Plan, String)>,
}

/// Disturbs a start in every way that is in scope.
///
/// # Errors
///
/// If the kernel does not allow it.
pub(crate) fn run(start: &Start, scope: &Scope) -> io::Result<Tally> {
    let (undisturbed, ending) = record(start)?;
    let tally = Mutex::new(Tally::default());
    let plans = undisturbed.faults(scope.errors).map(|fault| undisturbed.plan(fault));
    let disturbed = disturb(start, &ending, plans.filter(|plan| scope.admits(plan)), &tally);
    let chosen = pairs::choose(&disturbed, &scope.pairs);
    tally.lock().expect(UNPOISONED).pairs = chosen.of;
    disturb(start, &ending, chosen.plans, &tally);
    Ok(tally.into_inner().expect(UNPOISONED))
}

/// Makes a start without a fault.
///
/// # Errors
///
/// If the kernel does not allow it.
pub(crate) fn record(start: &Start) -> io::Result<(Recording, Ending)> {
    let bot = (start.bot)();
    let (launching, supervised) = Supervised::begin(bot.command(), Plan::default())?;
    let ended = Ended::of(start, &bot, &supervised, launching);
    let ending = oracle::ending_of(&ended);
    let recording = Recording::of(Plan::default(), &supervised.trace(), ended.is_success());
    assert!(!recording.is_empty(), "no call of the start was seen");
    Ok((recording, ending))
}

/// Makes one start for each plan. Returns the recordings of the correct ones in the same order.
fn disturb(
    start: &Start,
    ending: &Ending,
    plans: impl Iterator<Item = Plan> + Send,
    tally: &Mutex<Tally>,
) -> Vec<Recording> {
    let plans = Mutex::new(plans.enumerate());
    let recordings = Mutex::new(BTreeMap::new());
    let work = || {
        loop {
            let Some((number, plan)) = plans.lock().expect(UNPOISONED).next() else { break };
            if !tally.lock().expect(UNPOISONED).admits(&plan) {
                continue;
            }
            let tried = try_plan(start, ending, &plan);
            let mut tally = tally.lock().expect(UNPOISONED);
            match tried {
                Ok((outcome, recording)) => {
                    tally.outcomes.push(outcome);
                    recordings.lock().expect(UNPOISONED).insert(number, recording);
                }
                // Timing decided what a process saw of another when the first fault was recorded,
                // and it was never the same again.
                Err(violation) if violation == NEVER_HAPPENED && plan.faults.len() > 1 => {
                    tally.missed += 1;
                }
                Err(violation) => tally.violations.push((plan, violation)),
            }
        }
    };
    thread::scope(|scope| (0..AT_ONCE).for_each(|_| drop(scope.spawn(work))));
    recordings.into_inner().expect(UNPOISONED).into_values().collect()
}

impl Tally {
    /// Whether a plan is to be tried: not if its kind has broken the start too often. Counts it.
    fn admits(&mut self, plan: &Plan) -> bool {
        let is_alike = |(broken, _): &&(Plan, String)| broken.kind() == plan.kind();
        if self.violations.iter().filter(is_alike).count() >= MOST_VIOLATIONS {
            self.skipped += 1;
            return false;
        }
        self.tried[plan.faults.len() - 1] += 1;
        true
    }

    /// How many starts ended in this way.
    pub(crate) fn count(&self, outcome: Outcome) -> usize {
        self.outcomes.iter().filter(|&&ended| ended == outcome).count()
    }
}

/// Makes one disturbed start, and returns how it went.
///
/// # Errors
///
/// The violation that the oracle has found.
pub(crate) fn try_plan(
    start: &Start,
    ending: &Ending,
    plan: &Plan,
) -> Result<(Outcome, Recording), String> {
    // What a process sees of another sometimes depends on timing. On a busy machine the same one
    // may win for a while.
    const TRIES: usize = 20;
    for _ in 0..TRIES {
        if let Some(judged) = try_once(start, ending, plan)? {
            return Ok(judged);
        }
    }
    Err(NEVER_HAPPENED.to_owned())
}

/// `None` if the start left its planned course or a fault did not happen. This proves nothing.
fn try_once(
    start: &Start,
    ending: &Ending,
    plan: &Plan,
) -> Result<Option<(Outcome, Recording)>, String> {
    let bot = (start.bot)();
    let (launching, supervised) =
        Supervised::begin(bot.command(), plan.clone()).map_err(|error| error.to_string())?;
    let judge = || {
        let ended = Ended::of(start, &bot, &supervised, launching);
        if !ended.await_faults(plan.faults.len()) || supervised.trace().is_off_course {
            return None;
        }
        let outcome = oracle::judge(&ended, plan, ending);
        let recording = Recording::of(plan.clone(), &supervised.trace(), ended.is_success());
        // All errors of one call leave the same behind.
        if outcome != Outcome::Started && plan.is_last_of_kind() {
            oracle::start_again(&bot, start.body, ending);
        }
        Some((outcome, recording))
    };
    let judged = catch_unwind(AssertUnwindSafe(judge)).map_err(|panic| {
        format!("{}; the last calls: {}", text_of(&*panic), supervised.last_calls())
    });
    drop(bot);
    supervised.reap();
    judged
}

fn text_of(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("a panic without a message")
        .to_owned()
}
