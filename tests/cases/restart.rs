//! The option `restart`: a supervisor, named by the PID file, starts a body again that has ended.

use std::collections::BTreeSet;
use std::fs;
use std::time::{Duration, Instant};

use daemonize_runtime::control::{self, Lock, Stop, Stopped};
use nix::sys::resource::Resource;
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::WaitStatus;
use tests::bot::begin;
use tests::condition::Condition;
use tests::daemon::Daemon;
use tests::lock::Gate;
use tests::process::Process;
use tests::{bot, lock, wait};

/// A bot with a log. Its first body waits at the gate, and later bodies find the gate open.
macro_rules! bot_at_a_gate {
    ($plan:expr, $($word:expr),*) => {{
        let bot = bot!["chdir=false", "redirect=out.log", $plan, "await-in-body=gate", $($word),*];
        let gate = Gate::closed(&bot.file("gate"));
        (bot, gate)
    }};
}

/// Waits for a body other than the last one.
#[track_caller]
fn next_body(supervisor: &Daemon, last: Option<Process>) -> Process {
    wait::for_some("a body to run", || {
        supervisor
            .process
            .children()
            .into_iter()
            .find(|&child| child.is_alive() && Some(child) != last)
    })
}

/// The restarts in a log, each with its delay in seconds and its reason.
fn restarts(log: &str) -> Vec<(f32, &str)> {
    let said = log.lines().filter_map(|line| line.split_once("Z builder: "));
    let lines = said.filter_map(|(_, said)| said.strip_prefix("restarting in "));
    let parts =
        lines.map(|line| line.split_once(" s: ").unwrap_or_else(|| panic!("no delay: {line}")));
    parts.map(|(delay, reason)| (delay.parse().expect("a number"), reason)).collect()
}

fn reasons(log: &str) -> Vec<&str> {
    restarts(log).into_iter().map(|(_, reason)| reason).collect()
}

#[test]
fn a_failing_body_is_restarted_until_the_supervisor_gives_up() {
    let (bot, gate) = bot_at_a_gate!["restart-quickly=3", "note=bodies", "exit=7"];
    let supervisor = bot.start();
    let pid = supervisor.process.0;
    gate.open();
    supervisor.assert_exits(7);
    bot.await_no_trace();
    let log = bot.read("out.log");
    assert_eq!(reasons(&log), ["it ended with exit code 7"; 2]);
    assert!(
        log.ends_with("Z builder: giving up after 3 failures in 300 s; last exit code 7\n"),
        "{log}"
    );
    assert_eq!(log.lines().count(), 3, "{log}");
    let bodies: BTreeSet<String> = bot.read("bodies").lines().map(ToOwned::to_owned).collect();
    assert!(bodies.len() == 3 && !bodies.contains(&pid.to_string()), "{bodies:?}");
}

/// Realtime signals have no names.
#[test]
fn a_body_killed_by_a_realtime_signal_is_restarted() {
    let (bot, gate) = bot_at_a_gate!["restart-quickly=3", "run=kill -40 $PPID", "sleep"];
    let supervisor = bot.start();
    gate.open();
    supervisor.assert_exits(128 + 40);
    bot.await_no_trace();
    assert_eq!(reasons(&bot.read("out.log")), ["it was killed by signal 40"; 2]);
}

#[test]
fn a_body_killed_by_a_signal_is_restarted() {
    let bot = bot!["chdir=false", "redirect=out.log", "restart-quickly=9", "sleep"];
    let bot = bot.under(Condition::Limited(Resource::RLIMIT_CORE, 0));
    let supervisor = bot.start();
    let mut last = None;
    for signal in [Signal::SIGKILL, Signal::SIGABRT, Signal::SIGTERM] {
        let body = next_body(&supervisor, last);
        kill(body.0, signal).expect("the body runs");
        last = Some(body);
    }
    let _body = next_body(&supervisor, last);
    let reasons_expected = [
        "it was killed by signal 9 (SIGKILL)",
        "it was killed by signal 6 (SIGABRT)",
        "it was killed by signal 15 (SIGTERM)",
    ];
    assert_eq!(reasons(&bot.read("out.log")), reasons_expected);
    assert_eq!(bot.read("builder.pid"), format!("{}\n", supervisor.pid()));
}

#[test]
fn the_exit_code_after_giving_up_names_the_signal() {
    let (bot, gate) = bot_at_a_gate!["restart-quickly=1", "run=kill -KILL $PPID"];
    let supervisor = bot.start();
    gate.open();
    supervisor.assert_exits(128 + Signal::SIGKILL as i32);
    bot.await_no_trace();
}

#[test]
fn on_failure_does_not_restart_a_body_that_succeeds() {
    let (bot, gate) = bot_at_a_gate!["restart=on-failure", "print=done"];
    let supervisor = bot.start();
    gate.open();
    supervisor.assert_exits(0);
    assert_eq!(bot.read("out.log"), "done\n");
    bot.await_no_trace();
}

#[test]
fn always_restarts_a_body_that_succeeds() {
    let (bot, gate) = bot_at_a_gate!["restart=always", "print=done"];
    let _supervisor = bot.start();
    gate.open();
    bot.await_in("out.log", " s: it ended with exit code 0\ndone\n");
}

#[test]
fn without_restart_there_is_one_process() {
    let bot = bot!["restart=never", "redirect=out.log", "print=up", "sleep"];
    let daemon = bot.start_and_await("out.log", "up\n");
    assert_eq!(bot.processes(), [daemon.process]);
}

#[test]
fn in_the_foreground_nothing_is_supervised() {
    let bot = bot!["when=false", "restart=always", "print=up", "exit=3"];
    let launch = bot.launch();
    assert_eq!(
        (launch.status.code(), launch.stdout.as_str(), launch.stderr.as_str()),
        (Some(3), "up\n", "")
    );
}

#[test]
fn an_unknown_restart_plan_is_refused() {
    let line = bot!["restart=sometimes", "sleep"].refused(64);
    assert!(line.contains("sometimes"), "{line}");
}

#[test]
fn invalid_stop_signals_and_time_limits_are_refused() {
    for signal in ["TREM", "KILL", "SIGCONT"] {
        let line = bot![format!("stop_signal={signal}"), "sleep"].refused(64);
        assert!(
            line.contains("`stop_signal`") && line.ends_with(&format!("not {signal}")),
            "{line}"
        );
    }
    for (option, time) in [("stop_timeout", "-1"), ("stop_timeout", "nan"), ("wait_ready", "-0.5")]
    {
        let line = bot![format!("{option}={time}"), "sleep"].refused(64);
        assert!(line.contains(&format!("`{option}` takes a number of seconds")), "{line}");
    }
}

#[test]
fn whatever_signal_asks_to_end_the_start_is_the_same() {
    let refused = [
        Signal::SIGKILL,
        Signal::SIGSTOP,
        Signal::SIGTSTP,
        Signal::SIGTTIN,
        Signal::SIGTTOU,
        Signal::SIGCHLD,
        Signal::SIGCONT,
    ];
    for signal in Signal::iterator().filter(|signal| !refused.contains(signal)) {
        let (bot, gate) = bot_at_a_gate!["restart-quickly=9", "ready", "sleep"];
        let bot = bot.words(["wait_ready=true", "stop_timeout=0.1"].map(Into::into));
        let bot = bot.words([format!("stop_signal={signal}").into()]);
        let bot = bot.under(Condition::Limited(Resource::RLIMIT_CORE, 0));
        let launching = begin(bot.command());
        wait::until("a body", || bot.processes().len() == 4);
        gate.open();
        launching.finish().assert_silent_success();
        let supervisor = bot.daemon();
        let first = next_body(&supervisor, None);
        kill(first.0, Signal::SIGKILL).expect("it runs");
        let second = next_body(&supervisor, Some(first));
        let pid = supervisor.process.0;
        supervisor.signal(signal);
        assert_eq!(supervisor.end(), WaitStatus::Exited(pid, 0), "{signal}");
        assert!(!second.is_alive(), "{signal}");
    }
}

#[test]
fn the_delay_doubles_up_to_its_maximum() {
    let (bot, gate) = bot_at_a_gate!["restart-plan=100 400 5", "exit=1"];
    let supervisor = bot.start();
    let begun = Instant::now();
    gate.open();
    let _end = supervisor.end();
    assert!(
        begun.elapsed() >= Duration::from_millis(100 + 200 + 400 + 400),
        "{:?}",
        begun.elapsed()
    );
    let log = bot.read("out.log");
    let planned = [0.1, 0.2, 0.4, 0.4];
    assert_eq!(restarts(&log).len(), planned.len(), "{log}");
    for ((delay, _), planned) in restarts(&log).into_iter().zip(planned) {
        // The jitter is 10 to 20 %, and the log rounds.
        assert!(planned * 1.09 < delay && delay < planned * 1.21, "{log}");
    }
}

#[test]
fn stopping_ends_supervisor_and_body_and_removes_the_pid_file() {
    for signal in [Signal::SIGTERM, Signal::SIGINT, Signal::SIGQUIT] {
        let bot = bot!["restart=always", "sleep"];
        let supervisor = bot.start();
        let _body = next_body(&supervisor, None);
        supervisor.signal(signal);
        supervisor.assert_exits(0);
        bot.await_no_trace();
    }
}

#[test]
fn stopping_ends_the_delay_before_a_restart() {
    let (bot, gate) = bot_at_a_gate!["restart-plan=60000 60000 9", "exit=1"];
    let supervisor = bot.start();
    gate.open();
    bot.await_in("out.log", "restarting in ");
    assert_eq!(supervisor.process.children(), []);
    supervisor.signal(Signal::SIGTERM);
    supervisor.assert_exits(0);
    bot.await_no_trace();
}

#[test]
fn a_body_that_blocks_sigterm_is_killed() {
    let bot = bot!["redirect=out.log", "restart-quickly=9", "stop_timeout=0.3", "block=SIGTERM"];
    let bot = bot.words(["print=deaf", "sleep"].map(Into::into));
    let supervisor = bot.start_and_await("out.log", "deaf\n");
    supervisor.signal(Signal::SIGTERM);
    supervisor.assert_exits(0);
    bot.await_no_trace();
}

#[test]
fn a_stopped_body_is_continued_to_end_it() {
    let bot = bot!["restart=always", "sleep"];
    let supervisor = bot.start();
    let body = next_body(&supervisor, None);
    kill(body.0, Signal::SIGSTOP).expect("the body runs");
    wait::until("the body to be stopped", || body.stat().is_some_and(|stat| stat.state == b'T'));
    let asked = Instant::now();
    supervisor.signal(Signal::SIGTERM);
    supervisor.assert_exits(0);
    assert!(
        asked.elapsed() < Duration::from_secs(10),
        "the body was killed after the time limit: {:?}",
        asked.elapsed()
    );
    bot.await_no_trace();
}

#[test]
fn the_body_ends_with_a_killed_supervisor() {
    let bot = bot!["restart=always", "sleep"];
    let supervisor = bot.start();
    let _body = next_body(&supervisor, None);
    supervisor.kill();
    bot.await_nothing_left();
    let _next = bot.start();
}

#[test]
fn a_supervised_bot_cannot_run_twice_and_stops_with_its_body() {
    let bot = bot!["restart=always", "sleep"];
    let supervisor = bot.start();
    let body = next_body(&supervisor, None);
    let line = bot.launch().refusal("builder", 75);
    assert!(line.contains(&format!("PID {}", supervisor.pid())), "{line}");
    let stopped = control::stop(bot.pid_file(), Stop::default().timeout(wait::PATIENCE));
    assert_eq!(stopped.expect("the bot stops"), Stopped::Ended(Lock::Free));
    assert!(!supervisor.process.is_alive() && !body.is_alive());
    assert!(!bot.pid_file().exists() && !lock::is_held(&bot.pid_file()));
}

#[test]
fn signals_other_than_stop_requests_reach_the_body() {
    let bot = bot!["redirect=out.log", "restart=always", "hear"];
    let supervisor = bot.start_and_await("out.log", "listening\n");
    for signal in [Signal::SIGHUP, Signal::SIGUSR1, Signal::SIGUSR2, Signal::SIGWINCH] {
        supervisor.signal(signal);
        bot.await_in("out.log", &format!("\n{signal}\n"));
    }
}

#[test]
fn a_reopened_log_is_open_in_supervisor_and_bodies() {
    let bot = bot!["redirect=out.log", "restart-quickly=9", "reopen=true", "print=up", "sleep"];
    let supervisor = bot.start_and_await("out.log", "up\n");
    let first = next_body(&supervisor, None);
    fs::rename(bot.file("out.log"), bot.file("old.log")).expect("the log");
    supervisor.signal(Signal::SIGHUP);
    for process in [supervisor.process, first] {
        wait::until("the new log to be open", || {
            (1..=2).all(|number| process.has_open(number, &bot.file("out.log")))
        });
    }
    kill(first.0, Signal::SIGKILL).expect("the body runs");
    bot.await_in("out.log", "s: it was killed by signal 9 (SIGKILL)\nup\n");
    assert_eq!(bot.read("old.log"), "up\n");
}

#[test]
fn a_body_that_was_ready_is_restarted() {
    let bot =
        bot!["chdir=false", "redirect=out.log", "wait_ready=true", "restart-quickly=3", "ready"];
    let bot = bot.words(["await-in-body=gate", "exit=5"].map(Into::into));
    let gate = Gate::closed(&bot.file("gate"));
    let supervisor = bot.start();
    gate.open();
    supervisor.assert_exits(5);
    assert_eq!(
        bot.read("out.log").lines().count(),
        3,
        "two restarts and giving up are one line each"
    );
    bot.await_no_trace();
}

/// The resources of a supervisor that could leak.
#[derive(Debug)]
struct Size {
    descriptors: usize,
    kilobytes: u32,
}

fn size(supervisor: &Daemon) -> Size {
    // Not `VmRSS`, which the kernel updates in batches.
    let memory = fs::read_to_string(format!("/proc/{}/smaps_rollup", supervisor.pid()));
    let memory = memory.expect("the supervisor runs");
    let line = memory.lines().find_map(|line| line.strip_prefix("Rss:")?.strip_suffix(" kB"));
    let kilobytes = line.and_then(|number| number.trim().parse().ok()).expect("a size");
    Size { descriptors: supervisor.process.descriptors().len(), kilobytes }
}

#[test]
fn a_thousand_crashes_leak_nothing_in_the_supervisor() {
    let (bot, gate) = bot_at_a_gate!["restart-plan=0 0 1000000", "note=bodies", "exit=1"];
    let supervisor = bot.start();
    gate.open();
    let await_bodies = |number| {
        wait::until(&format!("{number} bodies to run"), || {
            assert!(bot.processes().len() <= 2, "{:?}", bot.processes());
            assert!(
                supervisor.process.children().len() <= 1,
                "{:?}",
                supervisor.process.children()
            );
            fs::read_to_string(bot.file("bodies"))
                .is_ok_and(|bodies| bodies.lines().count() >= number)
        });
    };
    await_bodies(100);
    let before = size(&supervisor);
    for number in (200..=1100).step_by(100) {
        await_bodies(number);
    }
    let after = size(&supervisor);
    assert_eq!(before.descriptors, after.descriptors);
    // A leak of 16 bytes for each crash would exceed this.
    assert!(after.kilobytes < before.kilobytes + 16, "{before:?} {after:?}");
    supervisor.signal(Signal::SIGTERM);
    supervisor.assert_exits(0);
    bot.await_no_trace();
}
