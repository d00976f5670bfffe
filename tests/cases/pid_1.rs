//! As PID 1 of a container the bot is two processes: an init, and the body, which lives as it does
//! anywhere else.

use std::process::Command;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use tests::bot::{Bot, begin};
use tests::manager::Manager;
use tests::need::{self, AS_PID_1};
use tests::process::Process;
use tests::{bot, wait};

/// The bot, seen from outside of the PID namespace whose first process it is.
fn first_process(bot: &Bot) -> Process {
    bot.await_text("up", "1\n");
    let is_first = |process: &Process| process.status("NSpid").ends_with("\t1");
    bot.processes().into_iter().find(is_first).expect("the bot runs in a namespace")
}

/// Long before a container engine gives up and kills.
const PROMPTLY: Duration = Duration::from_secs(5);

#[test(needs = need::pid_namespace)]
fn pid_1_stays_in_the_foreground_and_ends_when_it_is_asked() {
    for signal in [Signal::SIGTERM, Signal::SIGINT] {
        let bot = bot!["chdir=false", "print-is-daemon", "note=up", "sleep"];
        let launching = begin(bot.command_by(&AS_PID_1));
        let process = first_process(&bot);
        assert_eq!(bot.read("builder.pid"), "1\n");
        let asked = Instant::now();
        kill(process.0, signal).expect("it runs");
        let launch = launching.finish();
        assert!(asked.elapsed() < PROMPTLY, "{:?}", asked.elapsed());
        assert_eq!(launch.status.code(), Some(128 + signal as i32), "{launch:?}");
        assert_eq!(launch.stdout, "false\n");
    }
}

#[test(needs = need::pid_namespace)]
fn pid_1_tells_its_manager() {
    let bot = bot!["chdir=false", "wait_ready=true", "ready"];
    let manager = Manager::at_path(&bot);
    assert!(begin(manager.tell(bot.command_by(&AS_PID_1))).finish().status.success());
    assert_eq!(manager.heard(), ["READY=1", "STOPPING=1"]);
}

#[test(needs = need::pid_namespace)]
fn pid_1_reaps_orphans() {
    let bot = bot!["chdir=false", "run=sleep 300 & sleep 300 & exit", "note=up", "sleep"];
    let _launching = begin(bot.command_by(&AS_PID_1));
    let first = first_process(&bot);
    let orphans = wait::for_some("the orphans", || <[Process; 2]>::try_from(first.children()).ok());
    kill(orphans[0].0, Signal::SIGKILL).expect("it runs");
    // A realtime signal, which has no name.
    let killed = Command::new("sh").args(["-c", &format!("kill -40 {}", orphans[1].0)]).status();
    assert!(killed.expect("a shell").success());
    wait::until("the orphans' burial", || orphans.iter().all(|orphan| orphan.stat().is_none()));
    assert!(first.is_alive());
}

#[test(needs = need::pid_namespace)]
fn pid_1_can_wait_for_its_own_children() {
    let bot = bot![
        "chdir=false",
        "run-and-wait-late=exit 0",
        "run-and-wait-late=exit 0",
        "note=up",
        "sleep"
    ];
    let _launching = begin(bot.command_by(&AS_PID_1));
    // The note is behind both.
    assert!(first_process(&bot).is_alive());
}
