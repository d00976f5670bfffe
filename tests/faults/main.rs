//! The fault matrix: every system call of a start fails in every way that it can fail, and the
//! start must still be a transaction. So must one that meets a second fault while it deals with the
//! first.
//!
//! A start runs under a filter that lets each of its system calls wait for an answer, which a
//! [`supervisor`] gives. How one start went is a [`Recording`](recording::Recording): which process
//! made which calls, in which order. From it and from a table of calls follow the
//! [`Fault`](fault::Fault)s that the same start can meet next, each of which makes a
//! [`Plan`](plan::Plan). An undisturbed start is a plan without faults; the recordings of plans
//! with one fault yield those with two. The [`matrix`] makes a start for each plan. The [`oracle`]
//! judges how it ends, and knows nothing of how a start is made.
//!
//! The launcher stays a child of the test, with its own exit code. All this needs neither root nor
//! a tracer. `FAULTS` asks for more than the usual, or for a single plan: see [`scope`].

mod calls;
mod ended;
mod errors;
mod fault;
mod filter;
mod guards;
mod handover;
mod listener;
mod matrix;
mod numbers;
mod oracle;
mod pairs;
mod plan;
mod recording;
mod scope;
mod shape;
mod starts;
mod supervised;
mod supervisor;

use std::sync::Mutex;
use std::{io, panic};

use libtest_mimic::{Arguments, Completion, Failed, Trial};
use nix::libc;
use nix::unistd::geteuid;

use crate::guards::{GUARDS, Guard};
use crate::matrix::Tally;
use crate::oracle::Outcome;
use crate::scope::Scope;
use crate::starts::{STARTS, Start};

/// What the disturbed starts have shown, for the last line.
static TALLIES: Mutex<Vec<Tally>> = Mutex::new(Vec::new());

fn main() {
    let arguments = Arguments::from_args();
    let scope = Scope::from_environment();
    if let Some(seed) = scope.seed() {
        println!("\nFAULTS_SEED={seed} chooses the pairs");
    }
    // A failed assertion about a start is reported with its faults, at the end.
    panic::set_hook(Box::new(|_| {}));
    let matrix = STARTS.iter().map(|start| disturb(start, scope.clone()));
    let guards = GUARDS.iter().map(Guard::trial);
    let conclusion = libtest_mimic::run(&arguments, matrix.chain(guards).collect());
    print_sum();
    conclusion.exit();
}

fn disturb(start: &'static Start, scope: Scope) -> Trial {
    Trial::ignorable_test(format!("a_start_{}_is_a_transaction", start.name), move || {
        if start.needs_root && !geteuid().is_root() {
            return Ok(Completion::ignored_with("needs root"));
        }
        or_ignored(matrix::run(start, &scope), |tally| {
            let mut violations: Vec<_> =
                tally.violations.iter().map(|(plan, text)| format!("{plan}: {text}")).collect();
            if tally.missed > 1 + tally.tried[1] / 20 {
                violations.push(format!("{} pairs did not come about", tally.missed));
            }
            TALLIES.lock().expect("nobody panics while holding it").push(tally);
            if violations.is_empty() { Ok(()) } else { Err(violations.join("\n").into()) }
        })
    })
}

/// Where the kernel, or a container around it, does not let system calls be answered, there is
/// nothing to test.
pub(crate) fn or_ignored<T>(
    allowed: io::Result<T>,
    test: impl FnOnce(T) -> Result<(), Failed>,
) -> Result<Completion, Failed> {
    const REFUSALS: [i32; 5] = [libc::EPERM, libc::EACCES, libc::EINVAL, libc::ENOSYS, libc::EBUSY];
    match allowed {
        Ok(allowed) => test(allowed).map(|()| Completion::Completed),
        Err(refusal) if refusal.raw_os_error().is_some_and(|error| REFUSALS.contains(&error)) => {
            Ok(Completion::ignored_with(format!("system calls cannot be answered here: {refusal}")))
        }
        Err(error) => Err(error.into()),
    }
}

fn print_sum() {
    let tallies = TALLIES.lock().expect("nobody panics while holding it");
    let sum = |count: &dyn Fn(&Tally) -> usize| tallies.iter().map(count).sum::<usize>();
    let ended = |outcome| sum(&move |tally| tally.count(outcome));
    if tallies.is_empty() {
        return;
    }
    println!(
        "{} starts went on to their body, {} were undone, {} lost their daemon after they had succeeded",
        ended(Outcome::Started),
        ended(Outcome::Undone),
        ended(Outcome::DaemonKilled),
    );
    println!(
        "{} faults, {} of {} pairs of faults, {} violations",
        sum(&|tally| tally.tried[0]),
        sum(&|tally| tally.tried[1] - tally.missed),
        sum(&|tally| tally.pairs),
        sum(&|tally| tally.violations.len()),
    );
    let skipped = sum(&|tally| tally.skipped);
    if skipped > 0 {
        println!("{skipped} more were not tried, since others of their kind are violations");
    }
}
