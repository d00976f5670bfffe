//! The launcher waits for `ready()` no longer than it is told to. Then the unfinished daemon is
//! ended like any other, with or without a supervisor.

use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use tests::bot::{Bot, begin};
use tests::launch::Launch;
use tests::lock::Gate;
use tests::{bot, wait};

const LIMIT: &str = "wait_ready=1.5";
const SUPERVISED: &str = "restart=on-failure";
const ALONE: &str = "restart=never";

fn limited(words: &[&str]) -> Bot {
    let bot = bot!["chdir=false", "redirect=out.log", LIMIT];
    bot.words(words.iter().map(Into::into))
}

/// Launches a bot that is too slow, and returns what was said beside the launcher's line.
#[track_caller]
fn is_too_late(bot: &Bot, launch: Launch) -> String {
    assert_eq!(launch.status.code(), Some(70), "{launch:?}");
    let line = "builder: cannot start: it was not ready within 1.500 s\n";
    let Launch { stdout, stderr, .. } = launch;
    assert_eq!(stderr.strip_suffix(line), Some(""), "{stderr}");
    assert_eq!(bot.processes(), []);
    bot.await_no_trace();
    stdout
}

#[test]
fn a_body_that_is_not_ready_in_time_is_a_failed_start() {
    for plan in [ALONE, SUPERVISED] {
        let bot = limited(&[plan, "print=early", "run=sleep 300 &", "sleep"]);
        let begun = Instant::now();
        let launch = bot.launch();
        assert!(begun.elapsed() >= Duration::from_millis(1500));
        assert!(begun.elapsed() < Duration::from_secs(10), "it obeyed");
        assert_eq!(is_too_late(&bot, launch), "early\n");
        assert_eq!(bot.read("out.log"), "");
    }
}

#[test]
fn a_body_that_is_ready_in_time_lives_longer() {
    for plan in [ALONE, SUPERVISED] {
        let bot = bot!["chdir=false", "redirect=out.log", "wait_ready=5", plan, "ready"];
        let bot = bot.words(["print=up", "sleep"].map(Into::into));
        let daemon = bot.start_and_await("out.log", "up\n");
        assert!(daemon.process.is_alive());
    }
}

#[test]
fn it_is_asked_to_end_before_it_is_killed() {
    for plan in [ALONE, SUPERVISED] {
        let polite = "exec=trap 'echo asked; exit 0' USR1; echo up; sleep 300 & wait";
        let bot = limited(&[plan, "stop_signal=USR1", polite]);
        let launch = bot.launch();
        assert_eq!(is_too_late(&bot, launch), "up\nasked\n");
    }
}

#[test]
fn one_that_does_not_obey_is_killed_with_its_group() {
    for (plan, timeout) in
        [(ALONE, "stop_timeout=0.2"), (SUPERVISED, "stop_timeout=0.2"), (ALONE, "stop_timeout=0")]
    {
        let deaf = "exec=trap '' TERM; echo up; sleep 300 & exec sleep 300";
        let bot = limited(&[plan, timeout, deaf]);
        let launch = bot.launch();
        assert_eq!(is_too_late(&bot, launch), "up\n");
    }
}

#[test]
fn a_word_that_comes_too_late_is_not_believed() {
    for plan in [ALONE, SUPERVISED] {
        let words = ["block=SIGTERM", "note=note", "await-in-body=gate", "ready", "note=after"];
        let bot = limited(&[&[plan][..], &words, &["sleep"]].concat());
        let gate = Gate::closed(&bot.file("gate"));
        let launching = begin(bot.command());
        let body = bot.await_body();
        wait::until("the request", || {
            body.signals("ShdPnd") & 1 << (Signal::SIGTERM as i32 - 1) != 0
        });
        gate.open();
        let launch = launching.finish();
        assert_eq!(is_too_late(&bot, launch), "");
        assert!(!bot.file("after").exists());
    }
}

#[test]
fn a_launcher_that_goes_meanwhile_takes_the_daemon_along() {
    for plan in [ALONE, SUPERVISED] {
        let bot = limited(&[plan, "block=SIGTERM", "note=note", "stop_timeout=inf", "sleep"]);
        let launching = begin(bot.command());
        let body = bot.await_body();
        wait::until("the request", || {
            body.signals("ShdPnd") & 1 << (Signal::SIGTERM as i32 - 1) != 0
        });
        launching.signal(Signal::SIGINT);
        let _ = launching.finish();
        bot.await_nothing_left();
    }
}

#[test]
fn one_that_was_stopped_goes_on_in_order_to_end() {
    let bot = limited(&[SUPERVISED, "note=note", "sleep"]);
    let launching = begin(bot.command());
    let body = bot.await_body();
    kill(body.0, Signal::SIGSTOP).expect("it runs");
    let begun = Instant::now();
    let launch = launching.finish();
    assert!(begun.elapsed() < Duration::from_secs(10), "it did not have to be killed");
    let _ = is_too_late(&bot, launch);
}
