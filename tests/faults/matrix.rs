//! All that happens to one start, one disturbed start for each plan.

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

/// How many starts run at once. They wait more than they work.
const AT_ONCE: usize = 3;

/// Enough to see what is wrong, for plans of one kind. One more start that hangs takes as long as a
/// hang is waited for.
const MOST_VIOLATIONS: usize = 2;

/// What is said of a plan of which a fault does not come about.
pub(crate) const NEVER_HAPPENED: &str = "the fault has never happened";

const UNPOISONED: &str = "nobody panics while holding it";

/// What the disturbed starts have shown.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// How many faults were tried alone, and how many pairs of them.
    pub(crate) tried: [usize; 2],
    /// How many pairs there are.
    pub(crate) pairs: usize,
    /// How many of these did not come about.
    pub(crate) missed: usize,
    /// How many plans were not tried, since others of their kind had broken the start already.
    pub(crate) skipped: usize,
    /// How the starts ended that ended well.
    pub(crate) outcomes: Vec<Outcome>,
    /// The plans that broke a start, each with what was wrong.
    pub(crate) violations: Vec<(Plan, String)>,
}

/// Disturbs a start in every way that is in scope.
///
/// # Errors
///
/// When the kernel does not allow it.
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
/// When the kernel does not allow to supervise it.
pub(crate) fn record(start: &Start) -> io::Result<(Recording, Ending)> {
    let bot = (start.bot)();
    let (launching, supervised) = Supervised::begin(bot.command(), Plan::default())?;
    let ended = Ended::of(start, &bot, &supervised, launching);
    let ending = oracle::ending_of(&ended);
    let recording = Recording::of(Plan::default(), &supervised.trace(), ended.is_success());
    assert!(!recording.is_empty(), "nobody saw the start begin");
    Ok((recording, ending))
}

/// Makes one start for each plan, and returns, in this order, how those went that ended well.
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
                // What a process saw of another one when the first of a pair was recorded was an
                // accident that did not come again.
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
    /// Counts a plan that is about to be tried; one of a kind that has broken the start too often
    /// is not.
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

/// Makes one disturbed start, and says how it went or what was wrong with it.
///
/// # Errors
///
/// What the oracle objects to.
pub(crate) fn try_plan(
    start: &Start,
    ending: &Ending,
    plan: &Plan,
) -> Result<(Outcome, Recording), String> {
    // What a process sees of another one depends now and then on who is faster, which a busy
    // machine can make the same one for a while.
    const TRIES: usize = 20;
    for _ in 0..TRIES {
        if let Some(judged) = try_once(start, ending, plan)? {
            return Ok(judged);
        }
    }
    Err(NEVER_HAPPENED.to_owned())
}

/// `None` when the start went another way than planned, or a fault has not come about: that proves
/// nothing.
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
        // What one error at a call has left is what others would leave.
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
        .unwrap_or("a panic without text")
        .to_owned()
}
