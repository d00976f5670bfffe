//! What must be true of a start, whatever happens to it.

use std::fs;

use nix::sys::signal::Signal;
use nix::unistd::{getpid, getsid};
use tests::bot::Bot;
use tests::daemon::Daemon;
use tests::launch::Launch;
use tests::{lock, wait};

use crate::fault::{Fault, Role};
use crate::recording::{Ending, Recording};
use crate::shape::Shape;
use crate::supervisor::Supervised;

/// How a disturbed start has ended; each is fine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The daemon runs.
    Started,
    /// The launcher said why not, or was killed, and nothing is left.
    Undone,
    /// The fault killed the daemon after the start was a success.
    DaemonKilled,
}

/// The exit codes of a failed start, from `sysexits(3)`.
const REFUSALS: std::ops::RangeInclusive<i32> = 64..=78;

/// The exit code of a start that found a daemon; here is none to be found.
const ALREADY_RUNNING: i32 = 75;

/// Makes one disturbed start and judges it. Panics when something is not as it must be.
pub(crate) fn judge(bot: &Bot, recording: &Recording, fault: Fault) -> Outcome {
    let start =
        Supervised::start(bot.command(), Some(recording.plan(fault))).expect("a supervised start");
    await_fault(bot, &start);
    let outcome = judge_outcome(bot, recording, fault, &start);
    assert_eq!(
        fs::read_to_string(bot.file("out.log")).unwrap_or_default(),
        "",
        "the start wrote into the log"
    );
    start.reap();
    if outcome != Outcome::Started {
        start_again(bot, &recording.ending);
    }
    outcome
}

/// A fault that never happens proves nothing.
fn await_fault(bot: &Bot, start: &Supervised) {
    wait::until("the fault, or the end of the start", || {
        let trace = start.trace();
        trace.is_disturbed || trace.body_runs || bot.processes().is_empty()
    });
    assert!(start.trace().is_disturbed, "the fault has never happened: {:?}", start.launch);
}

fn judge_outcome(bot: &Bot, recording: &Recording, fault: Fault, start: &Supervised) -> Outcome {
    let was_committed = start.trace().was_committed;
    let launch = &start.launch;
    if launch.status.success() && was_committed && fault.kills(Role::Daemon) {
        bot.await_nothing_left();
        Outcome::DaemonKilled
    } else if launch.status.success() {
        launch.assert_silent_success();
        assert_daemon(bot, recording, start);
        Outcome::Started
    } else if was_committed && fault.kills(Role::Launcher) {
        assert_daemon(bot, recording, start);
        Outcome::Started
    } else {
        assert_refused(bot, fault, launch);
        bot.await_nothing_left();
        Outcome::Undone
    }
}

/// The shape of the daemon of an undisturbed start.
pub(crate) fn shape_of_started(bot: &Bot, start: &Supervised) -> Shape {
    start.launch.assert_silent_success();
    Shape::of(&sole_daemon(bot, start), &bot.start_directory())
}

/// A daemon that starts in spite of a fault is the same as without.
fn assert_daemon(bot: &Bot, recording: &Recording, start: &Supervised) {
    let Ending::Daemon(expected) = &recording.ending else {
        panic!("a daemon where there should be none")
    };
    let differences =
        Shape::of(&sole_daemon(bot, start), &bot.start_directory()).differences(expected);
    assert!(
        differences.is_empty(),
        "another daemon than without the fault: {}",
        differences.join(", ")
    );
}

/// One daemon and nothing else, recorded and locked at the moment when the launcher is gone; it
/// comes to its body.
fn sole_daemon(bot: &Bot, start: &Supervised) -> Daemon {
    let daemon = bot.daemon();
    assert_eq!(bot.processes(), [daemon.process], "there is more or less than the daemon");
    assert!(lock::is_held(&bot.pid_file()), "the daemon runs without a lock");
    let own_session = getsid(None).expect("the test has a session").as_raw();
    assert_ne!(daemon.stat().session, own_session, "the daemon has not left the session");
    wait::until("the daemon's body", || start.trace().body_runs);
    // At once, unless the fault keeps the launcher from waiting for the end of the session leader.
    wait::until("the daemon to be an orphan", || daemon.stat().parent == getpid().as_raw());
    daemon
}

/// A launcher that failed says why in one line. It may say nothing when the fault keeps it from
/// that.
fn assert_refused(bot: &Bot, fault: Fault, launch: &Launch) {
    assert_eq!(launch.stdout, "", "a failed start writes to standard error alone");
    let may_be_silent = fault.ends(launch) || fault.is_failed_message();
    let is_told =
        is_message(&launch.stderr, &bot.name()) || may_be_silent && launch.stderr.is_empty();
    assert!(is_told, "not one line `program: what: why`: {launch:?}");
    assert!(
        fault.ends(launch) || launch.status.code().is_some_and(|code| is_refusal(code, fault)),
        "code: {launch:?}"
    );
}

/// Whether this is one line, `program: what: why`.
fn is_message(text: &str, program: &str) -> bool {
    text.ends_with('\n')
        && text.lines().count() == 1
        && text.starts_with(&format!("{program}: "))
        && text.matches(": ").count() >= 2
}

/// Whether a failed start has this exit code. A launcher that waited for its daemon to be ready
/// passes its end on.
fn is_refusal(code: i32, fault: Fault) -> bool {
    const KILLED: i32 = 128 + Signal::SIGKILL as i32;
    REFUSALS.contains(&code) && code != ALREADY_RUNNING
        || code == KILLED && fault.kills(Role::Daemon)
}

/// Whatever a fault has left, the next start ends as if nothing had happened.
fn start_again(bot: &Bot, ending: &Ending) {
    match ending {
        Ending::Daemon(_) => drop(bot.start()),
        Ending::Refusal(code) => drop(bot.refused(*code)),
    }
}
