//! Stops that race with starts, ends and each other, also while PIDs are reused. `stop` says what
//! happened, and ends only the daemon.

use std::thread;
use std::time::Duration;

use daemonize_runtime::control::{Lock, Status, Stop, Stopped, status, stop};
use nix::sys::signal::Signal;
use tests::bot::{Bot, begin};
use tests::need::{self, AS_PID_1, Need};
use tests::{bot, lock, wait};

/// A stop with a time limit that only a hang can reach.
fn patiently() -> Stop {
    Stop::default().timeout(wait::PATIENCE)
}

/// Stops the bot until there is nothing to stop.
fn clear(bot: &Bot) {
    wait::until("the bot to be stopped", || {
        stop(bot.pid_file(), patiently()).expect("it can be stopped") == Stopped::WasNotRunning
    });
}

#[test]
fn a_stop_beside_a_start_reports_which_came_first() {
    let bot = bot!["sleep"];
    for round in 0..40 {
        let _old = bot.launch();
        let (launch, stopped) = thread::scope(|scope| {
            let starting = scope.spawn(|| {
                thread::sleep(Duration::from_micros(round * 50));
                bot.launch()
            });
            let stopped = stop(bot.pid_file(), patiently());
            (starting.join().expect("a launch"), stopped)
        });
        // The new start may have come before `stop` looked, and was refused. It may also have come
        // while `stop` waited, or later.
        let is_up = launch.status.success();
        match stopped.expect("the old bot can be stopped") {
            Stopped::Ended(Lock::New(pid)) => {
                assert!(is_up, "`stop` saw a new bot, {pid:?}, that did not come up: {launch:?}");
            }
            Stopped::Ended(Lock::Free) => {}
            other => panic!("{other:?} beside {launch:?}"),
        }
        let seen = status(bot.pid_file());
        assert_eq!(matches!(seen, Status::Running { .. }), is_up, "{seen:?} after {launch:?}");
        clear(&bot);
    }
}

#[test]
fn simultaneous_stops_of_one_bot_all_succeed() {
    for _ in 0..10 {
        let bot = bot!["sleep"];
        let daemon = bot.start();
        let answers = thread::scope(|scope| {
            let stops: Vec<_> =
                (0..8).map(|_| scope.spawn(|| stop(bot.pid_file(), patiently()))).collect();
            stops.into_iter().map(|stop| stop.join().expect("`stop` returns")).collect::<Vec<_>>()
        });
        for answer in answers {
            let answer = answer.expect("the bot can be stopped");
            assert!(
                matches!(answer, Stopped::Ended(Lock::Free) | Stopped::WasNotRunning),
                "{answer:?}"
            );
        }
        assert!(!daemon.process.is_alive() && !bot.pid_file().exists());
    }
}

#[test]
fn a_stop_beside_a_crash_succeeds() {
    for round in 0..20 {
        let bot = bot!["sleep"];
        let daemon = bot.start();
        let stopped = thread::scope(|scope| {
            scope.spawn(|| {
                thread::sleep(Duration::from_micros(round * 20));
                daemon.signal(Signal::SIGKILL);
            });
            stop(bot.pid_file(), patiently()).expect("the bot can be stopped")
        });
        assert!(
            matches!(stopped, Stopped::Ended(Lock::Free) | Stopped::WasNotRunning),
            "{stopped:?}"
        );
        assert!(!bot.pid_file().exists() && !lock::is_held(&bot.pid_file()));
    }
}

/// Limits the PIDs of the namespace, so they are soon reused. Before Linux 6.14 the limit would be
/// that of the machine.
const FEW_PIDS: &str = r#"
    set -e
    release=$(uname -r); major=${release%%.*}; rest=${release#*.}; minor=${rest%%[!0-9]*}
    [ "$major" -gt 6 ] || { [ "$major" -eq 6 ] && [ "$minor" -ge 14 ]; }
    echo 400 >/proc/sys/kernel/pid_max
"#;

fn few_pids() -> Need {
    let command = [&AS_PID_1[..], &["sh", "-c", FEW_PIDS]].concat();
    need::command("PID namespaces with their own PID limit", &command)
}

#[test(needs = few_pids)]
fn reused_pids_do_not_mislead_stop() {
    // Bots and other processes come and go until every PID has been used several times. No stop may
    // fail, and none may end another process.
    let script = r#"
        for number in 1 2 3 4 5 6 7 8; do sleep 300 & strangers="$strangers $!"; done
        round=0
        while [ $round -lt 60 ]; do
            round=$((round + 1))
            "$@" || exit 10
            old=$(cat commander.pid)
            case $((round % 3)) in
                0) kill -KILL "$old"; while kill -0 "$old" 2>/dev/null; do :; done;;
                1) "$@" stop & stop=$!; "$@"; wait $stop || exit 11;;
            esac
            for number in 1 2 3 4 5 6 7 8 9 10; do true & done; wait $!
            "$@" stop || exit 12
            [ ! -e commander.pid ] || exit 13
        done
        kill -0 $strangers || exit 14
        kill $strangers
    "#;
    let script = [FEW_PIDS.replace("set -e", "").as_str(), script].concat();
    let bot = Bot::new(env!("CARGO_BIN_EXE_commander"));
    let words = [&AS_PID_1[..], &["sh", "-c", &script, "sh"]].concat();
    let launch = begin(bot.command_by(&words)).finish();
    assert_eq!(launch.status.code(), Some(0), "{launch:?}");
    assert!(!launch.stderr.contains("still runs"), "{launch:?}");
}
