//! Stops that race starts, ends and each other, also where numbers of processes are used again:
//! what `stop` says is what happened, and nobody is ended who was not to be.

use std::thread;
use std::time::{Duration, Instant};

use daemonize_runtime::control::{Lock, Status, Stop, StopError, Stopped, status, stop};
use nix::sys::signal::Signal;
use tests::bot::{Bot, begin};
use tests::need::{self, AS_PID_1, Need};
use tests::{bot, lock, wait};

/// For bots that obey: nothing here may come near it.
fn patiently() -> Stop {
    Stop::default().timeout(wait::PATIENCE)
}

/// Ends whatever runs.
fn clear(bot: &Bot) {
    while stop(bot.pid_file(), patiently()).expect("it can be stopped") != Stopped::WasNotRunning {}
}

#[test]
fn a_stop_beside_a_start_tells_which_came_first() {
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
        // The new one may have come before the stop looked, and then it was refused; or while it
        // waited; or later.
        let is_up = launch.status.success();
        match stopped.expect("the old one ends when it is asked") {
            Stopped::Ended(Lock::New(pid)) => {
                assert!(is_up, "another one, {pid:?}, was seen and did not come up: {launch:?}");
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
fn many_stops_of_one_bot_all_end_well() {
    for _ in 0..10 {
        let bot = bot!["sleep"];
        let daemon = bot.start();
        let answers = thread::scope(|scope| {
            let stops: Vec<_> =
                (0..8).map(|_| scope.spawn(|| stop(bot.pid_file(), patiently()))).collect();
            stops.into_iter().map(|stop| stop.join().expect("an answer")).collect::<Vec<_>>()
        });
        for answer in answers {
            let answer = answer.expect("it ends when it is asked");
            assert!(
                matches!(answer, Stopped::Ended(Lock::Free) | Stopped::WasNotRunning),
                "{answer:?}"
            );
        }
        assert!(!daemon.process.is_alive() && !bot.pid_file().exists());
    }
}

#[test]
fn a_stop_beside_a_crash_finds_nothing_or_the_end() {
    for round in 0..20 {
        let bot = bot!["sleep"];
        let daemon = bot.start();
        let stopped = thread::scope(|scope| {
            scope.spawn(|| {
                thread::sleep(Duration::from_micros(round * 20));
                daemon.signal(Signal::SIGKILL);
            });
            stop(bot.pid_file(), patiently()).expect("nothing hinders it")
        });
        assert!(
            matches!(stopped, Stopped::Ended(Lock::Free) | Stopped::WasNotRunning),
            "{stopped:?}"
        );
        assert!(!bot.pid_file().exists() && !lock::is_held(&bot.pid_file()));
    }
}

#[test]
fn a_start_that_never_comes_to_an_end_is_told_in_time() {
    let bot = bot!["sleep"];
    let _file = lock::take_new(&bot.pid_file());
    let begin = Instant::now();
    let stopped = stop(bot.pid_file(), Stop::default().timeout(Duration::ZERO));
    assert!(matches!(stopped, Err(StopError::StillStarting)), "{stopped:?}");
    assert!(begin.elapsed() < wait::PATIENCE);
}

/// Numbers of processes run out, so that they are used again. The limit is one of the namespace
/// since Linux 6.14, and one of the machine before.
const FEW_NUMBERS: &str = r#"
    set -e
    release=$(uname -r); major=${release%%.*}; rest=${release#*.}; minor=${rest%%[!0-9]*}
    [ "$major" -gt 6 ] || { [ "$major" -eq 6 ] && [ "$minor" -ge 14 ]; }
    echo 400 >/proc/sys/kernel/pid_max
"#;

fn few_numbers() -> Need {
    let command = [&AS_PID_1[..], &["sh", "-c", FEW_NUMBERS]].concat();
    need::command("PID namespaces with a limit of their own", &command)
}

#[test(needs = few_numbers)]
fn numbers_that_are_used_again_mislead_no_stop() {
    // Bots come and go beside strangers that have come and gone, until every number was used
    // several times. No stop may fail, and no stranger may end before its time.
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
    let script = [FEW_NUMBERS.replace("set -e", "").as_str(), script].concat();
    let bot = Bot::new(env!("CARGO_BIN_EXE_commander"));
    let words = [&AS_PID_1[..], &["sh", "-c", &script, "sh"]].concat();
    let launch = begin(bot.command_by(&words)).finish();
    assert_eq!(launch.status.code(), Some(0), "{launch:?}");
    assert!(!launch.stderr.contains("still runs"), "{launch:?}");
}
