//! What must be true of every start, whatever its faults. The oracle does not know how a start
//! works.

use std::time::{Duration, Instant};
use std::{fs, mem, thread};

use nix::sys::signal::Signal;
use tests::bot::{self, Bot};
use tests::launch::Launch;
use tests::{lock, wait};

use crate::ended::Ended;
use crate::fault::Role;
use crate::plan::Plan;
use crate::shape::Shape;
use crate::starts::{Body, STALE};
use crate::supervised::BOUND;

/// How an undisturbed start ends.
#[derive(Clone, Debug)]
pub(crate) enum Ending {
    /// Processes of these shapes run.
    Runs(Vec<Shape>),
    /// The launcher fails with this exit code, as it should.
    Refusal(i32),
}

/// The correct ends of a disturbed start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The daemon runs.
    Started,
    /// The launcher has said why it failed, or was killed, and nothing is left.
    Undone,
    /// A fault killed the daemon after the start had succeeded.
    DaemonKilled,
}

/// The exit codes of a failed start, from `sysexits(3)`.
const REFUSALS: std::ops::RangeInclusive<i32> = 64..=78;

/// The exit code of a start that finds a daemon. Here there is never one to find.
const ALREADY_RUNNING: i32 = 75;

/// The time between two looks at a supervisor and its body, which still change after the start.
const MOMENT: Duration = Duration::from_millis(50);

/// Judges an undisturbed start. Panics if it violates a rule.
pub(crate) fn ending_of(ended: &Ended) -> Ending {
    let code = ended.launch.as_ref().map_or(Some(0), |launch| launch.status.code());
    assert_eq!(code, Some(ended.start.code), "undisturbed: {:?}", ended.launch);
    if code != Some(0) {
        ended.await_nothing_left();
        return Ending::Refusal(ended.start.code);
    }
    ended.launch.iter().for_each(Launch::assert_silent_success);
    let running = ended.running();
    let mut shapes = ended.shapes(&running);
    wait::until_within(BOUND, "processes that no longer change", || {
        thread::sleep(MOMENT);
        let later = ended.shapes(&running);
        mem::replace(&mut shapes, later) == shapes
    });
    Ending::Runs(shapes)
}

/// Judges a start to which all its faults have happened. Panics if it violates a rule.
pub(crate) fn judge(ended: &Ended, plan: &Plan, expected: &Ending) -> Outcome {
    let committed_after = ended.supervised.trace().committed_after;
    let has_lost_launcher =
        committed_after.is_some() && ended.launch.as_ref().is_some_and(|launch| plan.ends(launch));
    let has_lost_daemon = committed_after.is_some_and(|faults| plan.kills(Role::Daemon, faults));
    let outcome = if !ended.is_success() && !has_lost_launcher {
        let is_reason = !plan.only_interrupts() || matches!(expected, Ending::Refusal(_));
        assert!(is_reason, "an interrupted call is no reason to fail: {:?}", ended.launch);
        assert_refused(ended, plan);
        ended.await_nothing_left();
        if matches!(expected, Ending::Runs(_)) && !plan.may_leave_pid_file() {
            let left = fs::read_to_string(ended.bot.pid_file()).ok();
            // A stale file may be there as before.
            let left = left.filter(|text| text.len() < STALE.len());
            assert_eq!(left, None, "a new PID file is left");
        }
        Outcome::Undone
    } else if has_lost_daemon {
        ended.await_nothing_left();
        Outcome::DaemonKilled
    } else {
        if ended.is_success() {
            ended.launch.iter().for_each(Launch::assert_silent_success);
        }
        assert_runs(ended, expected);
        Outcome::Started
    };
    if ended.start.body != Body::Child {
        let log = fs::read_to_string(ended.bot.file("out.log")).unwrap_or_default();
        assert_eq!(log, "", "the start wrote to the log");
    }
    outcome
}

/// A daemon that starts despite a fault is the same as without it.
fn assert_runs(ended: &Ended, expected: &Ending) {
    let Ending::Runs(expected) = expected else { panic!("a daemon runs, and none should") };
    let running = ended.running();
    let look = || -> Vec<_> {
        let shapes = ended.shapes(&running);
        shapes.iter().zip(expected).flat_map(|(is, should)| is.differences(should)).collect()
    };
    let begun = Instant::now();
    let mut differences = look();
    while !differences.is_empty() && ended.start.body == Body::Child && begun.elapsed() < BOUND {
        thread::sleep(MOMENT);
        differences = look();
    }
    assert!(
        differences.is_empty(),
        "the daemon differs from one without the fault: {}",
        differences.join(", ")
    );
}

/// A launcher that failed says why in one line, unless a fault prevents this.
fn assert_refused(ended: &Ended, plan: &Plan) {
    let launch = ended.launch.as_ref().expect("a body in the launcher is a success");
    assert_eq!(launch.stdout, "", "a failed start writes to standard error alone");
    let may_be_silent = plan.ends(launch) || plan.spoils_message();
    let is_told =
        is_message(&launch.stderr, &ended.bot.name()) || may_be_silent && launch.stderr.is_empty();
    assert!(is_told, "expected one line, `program: what: why`: {launch:?}");
    assert!(
        plan.ends(launch) || launch.status.code().is_some_and(|code| is_refusal(code, plan)),
        "wrong exit code: {launch:?}"
    );
}

/// Whether the text is one line, `program: what: why`.
fn is_message(text: &str, program: &str) -> bool {
    text.ends_with('\n')
        && text.lines().count() == 1
        && text.starts_with(&format!("{program}: "))
        && text.matches(": ").count() >= 2
}

/// Whether a failed start may have this exit code. A launcher that waits for its daemon to be ready
/// exits with the daemon's code.
fn is_refusal(code: i32, plan: &Plan) -> bool {
    const KILLED: i32 = 128 + Signal::SIGKILL as i32;
    let is_daemon_killed = plan.kills(Role::Daemon, 0) || plan.kills(Role::Body, 0);
    REFUSALS.contains(&code) && code != ALREADY_RUNNING || code == KILLED && is_daemon_killed
}

/// Whatever a fault has left behind, the next start ends as if nothing had happened.
pub(crate) fn start_again(bot: &Bot, body: Body, expected: &Ending) {
    match expected {
        Ending::Refusal(code) => drop(bot.refused(*code)),
        Ending::Runs(_) if body == Body::Foreground => {
            let is_up = || lock::is_held(&bot.pid_file());
            let launch = bot::begin(bot.command()).finish_unless(BOUND, is_up);
            assert!(launch.is_none(), "the next start fails: {launch:?}");
        }
        Ending::Runs(_) => drop(bot.start()),
    }
}
