//! The fault matrix: a start stays a transaction, whichever of its system calls fails, and however.
//!
//! `FAULTS=all` tries every error number, also where a call cannot really fail with it; that takes
//! minutes.

use std::fs::{self, File, Permissions};
use std::os::fd::OwnedFd;
use std::os::unix::fs::PermissionsExt;
use std::sync::{Arc, Mutex};
use std::{env, io, panic};

use libtest_mimic::{Arguments, Completion, Failed, Trial};
use nix::libc::{self, c_long};
use nix::sys::resource::Resource;
use nix::sys::signal::Signal;
use nix::unistd::geteuid;
use tests::bot;
use tests::bot::Bot;
use tests::condition::Condition;
use tests::faults::fault::{Disturbance, Fault, Place};
use tests::faults::matrix::{self, Tally};
use tests::faults::oracle::Outcome;
use tests::faults::recording::{Errors, Recording, Start};

/// The starts that are disturbed.
const STARTS: &[Start] = &[
    DEFAULT,
    Start { name: "with_everything_to_do", bot: with_everything_to_do, ..DEFAULT },
    Start {
        name: "whose_launcher_waits",
        bot: || bot!["wait_ready=true", "ready", "sleep"],
        ..DEFAULT
    },
    Start {
        name: "that_reopens_its_log",
        bot: || bot!["redirect=out.log", "reopen=true", "sleep"],
        ..DEFAULT
    },
    Start { name: "that_drops_privileges", bot: without_privileges, needs_root: true, ..DEFAULT },
    Start {
        name: "that_cannot_enter_its_directory",
        bot: || bot!["chdir=missing", "sleep"],
        code: 78,
        ..DEFAULT
    },
    Start { name: "that_cannot_write_its_pid", bot: with_empty_files_only, code: 74, ..DEFAULT },
];

const DEFAULT: Start =
    Start { name: "with_defaults", bot: || bot!["sleep"], code: 0, needs_root: false };

/// A user and a group without accounts, so that it is the same on every machine, behind a new root.
fn without_privileges() -> Bot {
    let bot =
        bot!["uid=61234", "gid=61234", "umask=027", "chroot=jail", "redirect=out.log", "sleep"];
    fs::create_dir(bot.file("jail")).expect("a directory");
    bot
}

fn with_empty_files_only() -> Bot {
    bot!["sleep"].under(Condition::Limited(Resource::RLIMIT_FSIZE, 0))
}

/// Files of its own, a stale PID file, and things inherited that a daemon must not have.
fn with_everything_to_do() -> Bot {
    let bot = bot!["redirect=out.log", "stdin=input", "chdir=elsewhere", "sleep"];
    fs::write(bot.file("input"), "").expect("an input");
    fs::create_dir(bot.file("elsewhere")).expect("a directory");
    // Longer than any PID, so that a tail has to be cut off.
    fs::write(bot.pid_file(), "123456789\n").expect("a stale PID file");
    fs::set_permissions(bot.pid_file(), Permissions::from_mode(0o600)).expect("its mode");
    let inherited = OwnedFd::from(File::open("/dev/null").expect("the null device"));
    // Above all that this process has open, so that they are one row in each start: a row is closed
    // by one call.
    bot.under(Condition::Open(Arc::new(inherited), 2, 200))
        .under(Condition::Ignored(Signal::SIGHUP))
        .under(Condition::Ignored(Signal::SIGCHLD))
        .under(Condition::Blocked)
}

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
    let guards = UNDETECTABLE.iter().map(expect_complaint).chain([expect_unreached()]);
    let conclusion = libtest_mimic::run(&arguments, matrix.chain(guards).collect());
    print_sum();
    conclusion.exit();
}

fn disturb(&start: &Start) -> Trial {
    Trial::ignorable_test(
        format!("a_start_{}_is_a_transaction_whatever_fails", start.name),
        move || {
            if start.needs_root && !geteuid().is_root() {
                return Ok(Completion::ignored_with("needs root"));
            }
            or_ignored(matrix::run(start, errors()), |tally| {
                let violations: Vec<_> = tally
                    .violations
                    .iter()
                    .map(|(fault, text)| format!("{fault}: {text}"))
                    .collect();
                TALLIES.lock().expect("nobody panics while holding it").push(tally);
                if violations.is_empty() { Ok(()) } else { Err(violations.join("\n").into()) }
            })
        },
    )
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
