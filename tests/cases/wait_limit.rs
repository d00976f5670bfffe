//! The time limit of `wait_ready`. When it has passed, the unfinished daemon is stopped like any
//! other, with or without a supervisor.

use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use tests::bot::{Bot, begin};
use tests::launch::Launch;
use tests::lock::Gate;
use tests::process::Process;
use tests::signals::bit;
use tests::{bot, wait};

const LIMIT: &str = "wait_ready=1.5";
const SUPERVISED: &str = "restart=on-failure";
const ALONE: &str = "restart=never";

fn limited(words: &[&str]) -> Bot {
    let bot = bot!["chdir=false", "redirect=out.log", LIMIT];
    bot.words(words.iter().map(Into::into))
}

/// Expects a start to have failed because the limit passed. Returns what the body printed.
#[track_caller]
fn assert_too_late(bot: &Bot, launch: Launch) -> String {
    assert_eq!(launch.status.code(), Some(70), "{launch:?}");
    let line = "builder: cannot start: it was not ready within 1.500 s\n";
    let Launch { stdout, stderr, .. } = launch;
    assert_eq!(stderr.strip_suffix(line), Some(""), "{stderr}");
    assert_eq!(bot.processes(), []);
    bot.await_no_trace();
    stdout
}

#[test]
fn a_body_that_is_not_ready_in_time_fails_the_start() {
    for plan in [ALONE, SUPERVISED] {
        let bot = limited(&[plan, "print=early", "run=sleep 300 &", "sleep"]);
        let begun = Instant::now();
        let launch = bot.launch();
        assert!(begun.elapsed() >= Duration::from_millis(1500));
        assert!(begun.elapsed() < Duration::from_secs(10), "it was killed after the time limit");
        assert_eq!(assert_too_late(&bot, launch), "early\n");
        assert_eq!(bot.read("out.log"), "");
    }
}

#[test]
fn a_body_that_is_ready_in_time_starts() {
    for plan in [ALONE, SUPERVISED] {
        let bot = bot!["chdir=false", "redirect=out.log", "wait_ready=5", plan, "ready"];
        let bot = bot.words(["print=up", "sleep"].map(Into::into));
        let daemon = bot.start_and_await("out.log", "up\n");
        assert!(daemon.process.is_alive());
    }
}

#[test]
fn a_late_body_is_asked_to_end_first() {
    for plan in [ALONE, SUPERVISED] {
        let polite = "exec=trap 'echo asked; exit 0' USR1; echo up; sleep 300 & wait";
        let bot = limited(&[plan, "stop_signal=USR1", polite]);
        let launch = bot.launch();
        assert_eq!(assert_too_late(&bot, launch), "up\nasked\n");
    }
}

#[test]
fn a_late_body_that_ignores_the_request_is_killed_with_its_group() {
    for (plan, timeout) in
        [(ALONE, "stop_timeout=0.2"), (SUPERVISED, "stop_timeout=0.2"), (ALONE, "stop_timeout=0")]
    {
        let deaf = "exec=trap '' TERM; echo up; sleep 300 & exec sleep 300";
        let bot = limited(&[plan, timeout, deaf]);
        let launch = bot.launch();
        assert_eq!(assert_too_late(&bot, launch), "up\n");
    }
}

/// Waits until the body has been asked to end, while it blocks the request.
#[track_caller]
fn await_request(body: Process) {
    wait::until("SIGTERM to be pending", || body.signals("ShdPnd") & bit(Signal::SIGTERM) != 0);
}

#[test]
fn ready_after_the_limit_does_not_count() {
    for plan in [ALONE, SUPERVISED] {
        let words = ["block=SIGTERM", "note=note", "await-in-body=gate", "ready", "note=after"];
        let bot = limited(&[&[plan][..], &words, &["sleep"]].concat());
        let gate = Gate::closed(&bot.file("gate"));
        let launching = begin(bot.command());
        let body = bot.await_body();
        await_request(body);
        gate.open();
        let launch = launching.finish();
        assert_eq!(assert_too_late(&bot, launch), "");
        assert!(!bot.file("after").exists());
    }
}

#[test]
fn a_late_daemon_ends_with_its_launcher() {
    for plan in [ALONE, SUPERVISED] {
        let bot = limited(&[plan, "block=SIGTERM", "note=note", "stop_timeout=inf", "sleep"]);
        let launching = begin(bot.command());
        let body = bot.await_body();
        await_request(body);
        launching.signal(Signal::SIGINT);
        let _ = launching.finish();
        bot.await_nothing_left();
    }
}

#[test]
fn a_late_body_that_is_stopped_is_continued_to_end_it() {
    let bot = limited(&[SUPERVISED, "note=note", "sleep"]);
    let launching = begin(bot.command());
    let body = bot.await_body();
    kill(body.0, Signal::SIGSTOP).expect("the body runs");
    let begun = Instant::now();
    let launch = launching.finish();
    assert!(begun.elapsed() < Duration::from_secs(10), "it was killed after the time limit");
    let _ = assert_too_late(&bot, launch);
}
