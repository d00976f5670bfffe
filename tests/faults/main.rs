//! The fault matrix: every system call of a start fails in every way that it can, and the start
//! must still be a transaction. The same holds if a second fault follows the first.
//!
//! A start runs under a seccomp filter. Each system call waits until a [`supervisor`] answers it. A
//! [`Recording`](recording::Recording) says which process made which calls in which order. The
//! recording and a table of calls yield the [`Fault`](fault::Fault)s that can happen next, and each
//! of these makes a [`Plan`](plan::Plan). The plan of an undisturbed start has no faults.
//! Recordings of plans with one fault yield the plans with two. The [`matrix`] makes a start for
//! each plan. The [`oracle`] judges how the start ends, and does not know how a start works.
//!
//! The launcher stays a child of the test and keeps its exit code. Neither root nor a tracer is
//! needed. `FAULTS` asks for more plans or for a single one: see [`scope`].

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
use std::{io, panic, process};

use libtest_mimic::{Arguments, Completion, Failed, Trial};
use nix::libc;
use nix::unistd::geteuid;

use crate::guards::{GUARDS, Guard};
use crate::matrix::Tally;
use crate::oracle::Outcome;
use crate::plan::THEN;
use crate::scope::Scope;
use crate::starts::{STARTS, Start};

/// The results of the disturbed starts, for the summary.
static TALLIES: Mutex<Vec<Tally>> = Mutex::new(Vec::new());

fn main() {
    let arguments = Arguments::from_args();
    let scope = Scope::from_environment();
    let asked = scope.name().map(ToOwned::to_owned);
    if let Some(seed) = scope.seed() {
        println!("\nFAULTS_SEED={seed} chooses the pairs");
    }
    // A violation is reported at the end, with its faults.
    panic::set_hook(Box::new(|_| {}));
    let matrix = STARTS.iter().map(|start| disturb(start, scope.clone()));
    let guards = GUARDS.iter().map(Guard::trial);
    let conclusion = libtest_mimic::run(&arguments, matrix.chain(guards).collect());
    let tried = print_summary();
    if let (Some(name), Some([faults, pairs])) = (asked, tried)
        && (if name.contains(THEN) { pairs } else { faults }) == 0
    {
        eprintln!("no start can meet this plan: {name}");
        process::exit(1);
    }
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
                violations.push(format!("{} pairs never happened", tally.missed));
            }
            TALLIES.lock().expect("no thread panics while holding the lock").push(tally);
            if violations.is_empty() { Ok(()) } else { Err(violations.join("\n").into()) }
        })
    })
}

/// Skips a test if the kernel or a container does not let a process answer system calls.
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

/// Prints the results. Returns how many single faults and how many pairs were tried, or `None` if
/// no start was disturbed.
fn print_summary() -> Option<[usize; 2]> {
    let tallies = TALLIES.lock().expect("no thread panics while holding the lock");
    let sum = |count: &dyn Fn(&Tally) -> usize| tallies.iter().map(count).sum::<usize>();
    let ended = |outcome| sum(&move |tally| tally.count(outcome));
    if tallies.is_empty() {
        return None;
    }
    println!(
        "{} starts reached the body, {} were undone, {} lost the daemon after their success",
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
        println!("{skipped} more were skipped after violations of the same kind");
    }
    Some([sum(&|tally| tally.tried[0]), sum(&|tally| tally.tried[1])])
}
