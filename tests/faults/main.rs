//! The fault matrix: every system call of a start fails in every way that it can fail, one at a
//! time, and the start must still be a transaction.
//!
//! A start runs under a filter that lets each of its system calls wait for an answer, which a
//! supervisor gives. One undisturbed start is a [`Recording`](recording::Recording): which process
//! makes which calls, and what the daemon looks like. From it and from a table of calls follow the
//! [`Fault`](fault::Fault)s, and the [`matrix`] makes one start for each. The [`oracle`] judges how
//! it ends, and knows nothing of how a start is made.
//!
//! The launcher stays a child of the test, with its own exit code. All this needs neither root nor
//! a tracer. `FAULTS=all` tries every error number, also where a call cannot really fail with it;
//! that takes minutes.

mod calls;
mod errors;
mod fault;
mod filter;
mod handover;
mod listener;
mod matrix;
mod oracle;
mod recording;
mod shape;
mod starts;
mod supervisor;

use std::sync::Mutex;
use std::{env, io, panic};

use libtest_mimic::{Arguments, Completion, Failed, Trial};
use nix::libc::{self, c_long};
use nix::unistd::geteuid;

use crate::fault::{Disturbance, Fault, Place};
use crate::matrix::Tally;
use crate::oracle::Outcome;
use crate::recording::{Errors, Recording, Start};
use crate::starts::{DEFAULT, STARTS};

/// A lie that no runtime can see through, and what the oracle says of it. It shows that the oracle
/// looks.
struct Undetectable {
    name: &'static str,
    call: c_long,
    value: i64,
    complaint: &'static str,
}

const UNDETECTABLE: &[Undetectable] = &[
    Undetectable {
        name: "a_lock_that_locks_nothing_is_noticed",
        call: libc::SYS_flock,
        value: 0,
        complaint: "the daemon runs without a lock",
    },
    Undetectable {
        name: "a_pid_that_never_reaches_its_file_is_noticed",
        call: libc::SYS_pwrite64,
        value: 32,
        complaint: "is not complete",
    },
];

/// What the disturbed starts have shown, for the last line.
static TALLIES: Mutex<Vec<Tally>> = Mutex::new(Vec::new());

fn main() {
    let arguments = Arguments::from_args();
    // A failed assertion about a start is reported with its fault, at the end.
    panic::set_hook(Box::new(|_| {}));
    let matrix = STARTS.iter().map(disturb);
    let guards = UNDETECTABLE.iter().map(expect_complaint);
    let guards = guards.chain([expect_unreached(), expect_lock_by_writer()]);
    let conclusion = libtest_mimic::run(&arguments, matrix.chain(guards).collect());
    print_sum();
    conclusion.exit();
}

fn disturb(&start: &Start) -> Trial {
    Trial::ignorable_test(format!("a_start_{}_is_a_transaction", start.name), move || {
        if start.needs_root && !geteuid().is_root() {
            return Ok(Completion::ignored_with("needs root"));
        }
        or_ignored(matrix::run(start, errors()), |tally| {
            let violations: Vec<_> =
                tally.violations.iter().map(|(fault, text)| format!("{fault}: {text}")).collect();
            TALLIES.lock().expect("nobody panics while holding it").push(tally);
            if violations.is_empty() { Ok(()) } else { Err(violations.join("\n").into()) }
        })
    })
}

fn expect_complaint(lie: &'static Undetectable) -> Trial {
    guard(lie.name, lie.complaint, |recording| {
        recording.fault_at(lie.call, Disturbance::Lie(lie.value))
    })
}

/// A fault that does not come about must not count as one that was survived.
fn expect_unreached() -> Trial {
    guard("a_fault_that_never_happens_is_noticed", "the fault has never happened", |recording| {
        let fault = recording.fault_at(libc::SYS_flock, Disturbance::Error(libc::EIO))?;
        Some(Fault { place: Place { index: 1000, ..fault.place }, ..fault })
    })
}

/// Over some networks a lock needs the right to write, and is refused to a descriptor that can only
/// read.
fn expect_lock_by_writer() -> Trial {
    Trial::ignorable_test("a_lock_that_needs_the_right_to_write_is_taken_by_who_has_it", || {
        if !geteuid().is_root() {
            return Ok(Completion::ignored_with("needs root"));
        }
        let start = *STARTS.iter().find(|start| start.needs_root).ok_or("a start by root")?;
        or_ignored(Recording::of(start), |recording| {
            let refusal = Disturbance::Error(libc::EBADF);
            let fault =
                recording.fault_at(libc::SYS_flock, refusal).ok_or("a start without lock")?;
            match matrix::try_fault(start, &recording, fault) {
                Ok(Outcome::Started) => Ok(()),
                judged => Err(format!("expected a start, not {judged:?}").into()),
            }
        })
    })
}

/// Expects the oracle to complain of a fault.
fn guard(
    name: &'static str,
    complaint: &'static str,
    find: impl FnOnce(&Recording) -> Option<Fault> + Send + 'static,
) -> Trial {
    Trial::ignorable_test(name, move || {
        or_ignored(Recording::of(DEFAULT), |recording| {
            let fault = find(&recording).ok_or("a start without this call")?;
            match matrix::try_fault(DEFAULT, &recording, fault) {
                Err(violation) if violation.contains(complaint) => Ok(()),
                judged => {
                    Err(format!("expected the complaint {complaint:?}, not {judged:?}").into())
                }
            }
        })
    })
}

/// Where the kernel, or a container around it, does not let system calls be answered, there is
/// nothing to test.
fn or_ignored<T>(
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

fn errors() -> Errors {
    match env::var("FAULTS").as_deref() {
        Ok("all") => Errors::All,
        _ => Errors::Realistic,
    }
}

fn print_sum() {
    let tallies = TALLIES.lock().expect("nobody panics while holding it");
    let sum = |count: &dyn Fn(&Tally) -> usize| tallies.iter().map(count).sum::<usize>();
    let ended = |outcome| sum(&move |tally| tally.count(outcome));
    if !tallies.is_empty() {
        println!(
            "{} starts survived their fault, {} were undone, {} lost their daemon after they had succeeded",
            ended(Outcome::Started),
            ended(Outcome::Undone),
            ended(Outcome::DaemonKilled),
        );
        println!(
            "{} faults, {} violations",
            sum(&Tally::faults),
            sum(&|tally| tally.violations.len())
        );
    }
}
