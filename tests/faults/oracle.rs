//! What must be true of a start, whatever happens to it. It knows nothing of how a start is made.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use tests::bot::{self, Bot};
use tests::launch::Launch;
use tests::lock;

use crate::ended::Ended;
use crate::fault::Role;
use crate::plan::Plan;
use crate::shape::Shape;
use crate::starts::Body;
use crate::supervised::BOUND;

/// How an undisturbed start ends.
#[derive(Clone, Debug)]
pub(crate) enum Ending {
    /// With processes of these shapes.
    Runs(Vec<Shape>),
    /// With this exit code, as it should.
    Refusal(i32),
}

/// How a disturbed start has ended; each is fine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The daemon runs.
    Started,
    /// The launcher said why not, or was killed, and nothing is left.
    Undone,
    /// A fault killed the daemon after the start was a success.
    DaemonKilled,
}

/// The exit codes of a failed start, from `sysexits(3)`.
const REFUSALS: std::ops::RangeInclusive<i32> = 64..=78;

/// The exit code of a start that found a daemon; here is none to be found.
const ALREADY_RUNNING: i32 = 75;

/// What a supervisor and its body do to themselves and each other takes no longer.
const MOMENT: Duration = Duration::from_millis(50);

/// How an undisturbed start has ended. Panics when that is not as it must be.
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
    loop {
        thread::sleep(MOMENT);
        let later = ended.shapes(&running);
        if later == shapes {
            return Ending::Runs(shapes);
        }
        shapes = later;
    }
}

/// Judges a start that has met all its faults. Panics when something is not as it must be.
pub(crate) fn judge(ended: &Ended, plan: &Plan, expected: &Ending) -> Outcome {
    let committed_after = ended.supervised.trace().committed_after;
    let has_lost_launcher =
        committed_after.is_some() && ended.launch.as_ref().is_some_and(|launch| plan.ends(launch));
    let has_lost_daemon = committed_after.is_some_and(|faults| plan.kills(Role::Daemon, faults));
    let outcome = if !ended.is_success() && !has_lost_launcher {
        assert_refused(ended, plan);
        ended.await_nothing_left();
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
        assert_eq!(log, "", "the start wrote into the log");
    }
    outcome
}

/// A daemon that starts in spite of a fault is the same as without.
fn assert_runs(ended: &Ended, expected: &Ending) {
    let Ending::Runs(expected) = expected else { panic!("a daemon where there should be none") };
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
        "another daemon than without the fault: {}",
        differences.join(", ")
    );
}

/// A launcher that failed says why in one line. It may say nothing when a fault keeps it from that.
fn assert_refused(ended: &Ended, plan: &Plan) {
    let launch = ended.launch.as_ref().expect("it would be a success otherwise");
    assert_eq!(launch.stdout, "", "a failed start writes to standard error alone");
    let may_be_silent = plan.ends(launch) || plan.spoils_message();
    let is_told =
        is_message(&launch.stderr, &ended.bot.name()) || may_be_silent && launch.stderr.is_empty();
    assert!(is_told, "not one line `program: what: why`: {launch:?}");
    assert!(
        plan.ends(launch) || launch.status.code().is_some_and(|code| is_refusal(code, plan)),
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
fn is_refusal(code: i32, plan: &Plan) -> bool {
    const KILLED: i32 = 128 + Signal::SIGKILL as i32;
    let is_daemon_killed = plan.kills(Role::Daemon, 0) || plan.kills(Role::Body, 0);
    REFUSALS.contains(&code) && code != ALREADY_RUNNING || code == KILLED && is_daemon_killed
}

/// Whatever a fault has left, the next start ends as if nothing had happened.
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
