//! Messages to a service manager: readiness, the end, and what the body reports. If the manager
//! does not listen, only the message is lost.

use std::ffi::OsStr;
use std::fs;
use std::os::fd::AsRawFd;
use std::os::unix::net::{UnixDatagram, UnixListener};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use nix::sys::stat::Mode;
use nix::time::{ClockId, clock_gettime};
use nix::unistd::{Pid, mkfifo};
use tempfile::TempDir;
use tests::bot::{Bot, begin};
use tests::lock::Gate;
use tests::manager::Manager;
use tests::need;
use tests::process::Process;
use tests::{bot, wait};

#[test]
fn readiness_and_end_are_reported_over_a_path() {
    assert_readiness_and_end_are_reported(Manager::at_path);
}

#[test]
fn readiness_and_end_are_reported_over_an_abstract_name() {
    assert_readiness_and_end_are_reported(Manager::at_abstract_name);
}

fn assert_readiness_and_end_are_reported(manager: fn(&Bot) -> Manager) {
    for (ending, code) in [("note=end", 0), ("exit=3", 3), ("panic=out of cheese", 101)] {
        let bot = bot!["chdir=false", "note=note", "await-in-body=gate", ending];
        let gate = Gate::closed(&bot.file("gate"));
        let manager = manager(&bot);
        let launching = begin(manager.command(&bot));
        let _body = bot.await_body();
        assert_eq!(manager.heard(), ["READY=1"]);
        gate.open();
        assert_eq!(launching.finish().status.code(), Some(code));
        assert_eq!(manager.heard(), ["STOPPING=1"], "{ending}");
    }
}

#[test]
fn with_wait_ready_readiness_is_reported_once_by_ready() {
    let bot =
        bot!["chdir=false", "wait_ready=true", "note=note", "await-in-body=gate", "ready", "ready"];
    let gate = Gate::closed(&bot.file("gate"));
    let manager = Manager::at_path(&bot);
    let launching = begin(manager.command(&bot));
    let _body = bot.await_body();
    assert!(manager.heard().is_empty());
    gate.open();
    assert!(launching.finish().status.success());
    assert_eq!(manager.heard(), ["READY=1", "STOPPING=1"]);
}

/// The messages of a service with these arguments, from its start to its end.
fn messages(words: &[&str]) -> Vec<String> {
    let bot = bot![].words(words.iter().map(Into::into));
    let manager = Manager::at_path(&bot);
    let launch = begin(manager.command(&bot)).finish();
    assert!(launch.status.success(), "{launch:?}");
    manager.heard()
}

#[test]
fn a_bot_that_was_never_ready_reports_nothing() {
    assert_eq!(messages(&["wait_ready=true"]), [""; 0]);
}

#[test]
fn a_forked_child_does_not_report_the_end() {
    assert_eq!(messages(&["fork"]), ["READY=1", "STOPPING=1"]);
}

#[test]
fn children_do_not_get_the_variable() {
    let is_unset = r#"run=test -z "${NOTIFY_SOCKET+set}""#;
    assert_eq!(messages(&[is_unset]), ["READY=1", "STOPPING=1"]);
    assert_eq!(messages(&["when=true", "wait_ready=true", is_unset, "ready"]), [""; 0]);
}

#[test]
fn a_daemon_reports_nothing() {
    assert_eq!(messages(&["when=true", "wait_ready=true", "ready"]), [""; 0]);
}

#[test]
fn a_killed_bot_does_not_report_its_end() {
    let bot = bot!["chdir=false", "note=note", "sleep"];
    let manager = Manager::at_path(&bot);
    let launching = begin(manager.command(&bot));
    let _body = bot.await_body();
    launching.signal(Signal::SIGKILL);
    let _launch = launching.finish();
    assert_eq!(manager.heard(), ["READY=1"]);
}

/// Starts a bot that sends messages, and expects it to run as without a manager.
#[track_caller]
fn assert_undisturbed(what: &str, socket: &OsStr) {
    let bot = bot!["when=false", "notify=STATUS=up", "print=up", "print-watchdog"];
    let mut command = bot.command();
    command.env("NOTIFY_SOCKET", socket).env("WATCHDOG_USEC", "2000000");
    let launch = begin(command).finish();
    assert!(launch.status.success() && launch.stderr.is_empty(), "{what}: {launch:?}");
    assert_eq!(launch.stdout, "up\nNone\n", "{what}");
}

#[test]
fn a_missing_manager_disturbs_nothing() {
    for address in ["", "/", "/missing/manager", "@", "@nobody listens", "vsock:2:1234", "relative"]
    {
        assert_undisturbed(address, address.as_ref());
    }
    let long = format!("/{}", "x".repeat(200));
    assert_undisturbed("a path that is too long", long.as_ref());
}

#[test]
fn something_else_in_place_of_the_socket_disturbs_nothing() {
    let place = TempDir::with_prefix("place-").expect("a directory");
    let file = place.path().join("file");
    fs::write(&file, "").expect("a file");
    assert_undisturbed("a file", file.as_os_str());
    assert_eq!(fs::read(&file).expect("the file"), b"");
    let pipe = place.path().join("pipe");
    mkfifo(&pipe, Mode::S_IRWXU).expect("a pipe");
    assert_undisturbed("a pipe", pipe.as_os_str());
    let stream = place.path().join("stream");
    let _listener = UnixListener::bind(&stream).expect("a socket");
    assert_undisturbed("a socket of another kind", stream.as_os_str());
    let left = place.path().join("left");
    drop(UnixDatagram::bind(&left));
    assert_undisturbed("a socket without a listener", left.as_os_str());
}

#[test]
fn a_full_queue_costs_the_message_and_a_moment() {
    let bot = bot!["chdir=false", "note=note", "notify=STATUS=lost", "sleep"];
    let manager = Manager::at_path(&bot);
    manager.fill();
    let begun = Instant::now();
    let launching = begin(manager.command(&bot));
    let _body = bot.await_body();
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    launching.signal(Signal::SIGKILL);
    let _launch = launching.finish();
    assert!(manager.heard().iter().all(|message| message == "noise"));
}

#[test]
fn a_manager_that_is_busy_for_a_moment_hears_of_readiness() {
    let bot = bot!["chdir=false"];
    let manager = Manager::at_path(&bot);
    manager.fill();
    let launching = begin(manager.command(&bot));
    // The bot writes its PID first, and then waits for room in the queue.
    wait::until("the PID to be written", || {
        fs::read(bot.pid_file()).is_ok_and(|text| !text.is_empty())
    });
    wait::until("READY=1", || manager.heard().iter().any(|message| message == "READY=1"));
    assert!(launching.finish().status.success());
}

#[test]
fn no_thread_passes_its_word_before_the_manager_was_told() {
    let bot = bot!["chdir=false", "wait_ready=true", "ready-in-two-threads"];
    let manager = Manager::at_path(&bot);
    manager.fill();
    let launching = begin(manager.command(&bot));
    wait::until("the threads", || bot.file("called").exists());
    // Much shorter than the bot waits for room in the queue.
    thread::sleep(Duration::from_millis(200));
    assert!(!bot.file("passed").exists());
    wait::until("READY=1", || manager.heard().iter().any(|message| message == "READY=1"));
    assert!(launching.finish().status.success());
    assert!(bot.file("passed").exists());
}

#[test]
fn a_manager_that_goes_away_disturbs_nothing() {
    let bot = bot![
        "chdir=false",
        "reopen=true",
        "note=note",
        "await-in-body=gate",
        "notify=STATUS=lost",
        "print=end"
    ];
    let gate = Gate::closed(&bot.file("gate"));
    let manager = Manager::at_path(&bot);
    let launching = begin(manager.command(&bot));
    let _body = bot.await_body();
    drop(manager);
    launching.signal(Signal::SIGHUP);
    gate.open();
    let launch = launching.finish();
    assert!(launch.status.success() && launch.stderr.is_empty(), "{launch:?}");
    assert_eq!(launch.stdout, "end\n");
}

#[test]
fn a_daemon_without_evidence_of_a_manager_reports_nothing() {
    let bot = bot!["chdir=false", "note=note", "notify=STATUS=up"];
    let manager = Manager::at_path(&bot);
    assert!(begin(manager.command_with(&bot, "export LISTEN_PID=$PPID")).finish().status.success());
    let _body = bot.await_body();
    bot.await_nothing_left();
    assert_eq!(manager.heard(), [""; 0]);
}

#[test]
fn an_explicit_foreground_reports_too() {
    let bot = bot!["when=false"];
    let manager = Manager::at_path(&bot);
    assert!(begin(manager.tell(bot.command())).finish().status.success());
    assert_eq!(manager.heard(), ["READY=1", "STOPPING=1"]);
}

#[test]
fn the_word_run_reports_too() {
    let bot = Bot::new(env!("CARGO_BIN_EXE_commander")).words(["run", "exit", "0"].map(Into::into));
    let manager = Manager::at_path(&bot);
    assert!(begin(manager.tell(bot.command())).finish().status.success());
    assert_eq!(manager.heard(), ["READY=1", "STOPPING=1"]);
}

#[test]
fn a_program_with_threads_reports_too() {
    assert_eq!(messages(&["thread"]), ["READY=1", "STOPPING=1"]);
}

#[test]
fn the_body_can_send_any_message() {
    let said = messages(&["notify=STATUS=logged in", "notify=STATUS=12 of 40\nWATCHDOG=1"]);
    let expected = ["READY=1", "STATUS=logged in", "STATUS=12 of 40\nWATCHDOG=1", "STOPPING=1"];
    assert_eq!(said, expected);
}

#[test]
fn messages_before_readiness_are_sent() {
    let said = messages(&["wait_ready=true", "notify=EXTEND_TIMEOUT_USEC=5000000", "ready"]);
    assert_eq!(said, ["EXTEND_TIMEOUT_USEC=5000000", "READY=1", "STOPPING=1"]);
}

#[test]
fn only_the_body_in_the_foreground_can_send_messages() {
    assert_eq!(messages(&["when=true", "wait_ready=true", "notify=STATUS=up", "ready"]), [""; 0]);
    assert_eq!(messages(&["notify-in-child=STATUS=child"]), ["READY=1", "STOPPING=1"]);
}

#[test]
fn messages_before_the_start_are_not_sent() {
    assert_eq!(messages(&["notify-early=STATUS=early"]), ["READY=1", "STOPPING=1"]);
}

#[test(needs = need::root)]
fn a_manager_outside_the_new_root_hears_everything() {
    let bot = bot!["chroot=jail", "wait_ready=true", "ready", "notify=STATUS=inside"];
    fs::create_dir(bot.file("jail")).expect("a directory");
    let manager = Manager::at_path(&bot);
    assert!(begin(manager.command(&bot)).finish().status.success());
    assert_eq!(manager.heard(), ["READY=1", "STATUS=inside", "STOPPING=1"]);
}

#[test]
fn the_manager_gets_duplicates_of_descriptors() {
    let bot = bot!["chdir=false", "store=kept"];
    let manager = Manager::at_path(&bot);
    assert!(begin(manager.command(&bot)).finish().status.success());
    assert_eq!(manager.await_message(), "READY=1");
    let (message, kept) = manager.await_descriptors();
    assert_eq!(message, "FDSTORE=1\nFDNAME=file");
    let here = Process(Pid::this());
    assert_eq!(kept.len(), 2);
    assert!(kept.iter().all(|file| here.has_open(file.as_raw_fd(), &bot.file("kept"))));
    let (message, none) = manager.await_descriptors();
    assert_eq!((message.as_str(), none.len()), ("FDSTORE=1", 0));
    assert_eq!(manager.heard(), ["STOPPING=1"]);
}

#[test]
fn storing_descriptors_without_a_manager_does_nothing() {
    let bot = bot!["when=false", "chdir=false", "store=kept", "print=up"];
    assert_eq!(bot.launch().stdout, "up\n");
}

#[test]
fn children_do_not_inherit_the_connection() {
    let bot = bot!["chdir=false", "spawn=exec sleep 300", "note=note", "sleep"];
    let manager = Manager::at_path(&bot);
    let _launching = begin(manager.command(&bot));
    let process = bot.await_body();
    let child = wait::for_some("the child to run", || process.children().pop());
    wait::until("the child to have three descriptors", || {
        child.descriptors().into_keys().eq(0..=2)
    });
}

/// The time in a message that reports a reload.
#[track_caller]
fn reload_time(message: &str) -> u128 {
    let time = message.strip_prefix("RELOADING=1\nMONOTONIC_USEC=").expect("a reload");
    time.parse().expect("a number")
}

fn now() -> u128 {
    let uptime = clock_gettime(ClockId::CLOCK_MONOTONIC).expect("a clock");
    Duration::from(uptime).as_micros()
}

#[test]
fn a_reload_is_reported_with_its_time() {
    let bot = bot!["chdir=false", "reopen=true", "sleep"];
    let manager = Manager::at_path(&bot);
    let launching = begin(manager.command(&bot));
    assert_eq!(manager.await_message(), "READY=1");
    for _ in 0..3 {
        let asked = now();
        launching.signal(Signal::SIGHUP);
        let time = reload_time(&manager.await_message());
        assert!(asked <= time && time <= now(), "{asked} {time}");
        assert_eq!(manager.await_message(), "READY=1");
    }
}

#[test]
fn sighup_before_readiness_does_not_report_readiness() {
    let words = [
        "chdir=false",
        "reopen=true",
        "wait_ready=true",
        "note=note",
        "await-in-body=gate",
        "ready",
    ];
    let bot = bot![].words(words.map(Into::into));
    let gate = Gate::closed(&bot.file("gate"));
    let manager = Manager::at_path(&bot);
    let launching = begin(manager.command(&bot));
    let _body = bot.await_body();
    launching.signal(Signal::SIGHUP);
    gate.open();
    assert!(launching.finish().status.success());
    assert_eq!(manager.heard(), ["READY=1", "STOPPING=1"]);
}

#[test]
fn a_forked_child_reports_no_reload() {
    let bot = bot!["chdir=false", "reopen=true", "hang-up-in-child"];
    let manager = Manager::at_path(&bot);
    assert!(begin(manager.command(&bot)).finish().status.success());
    assert_eq!(manager.heard(), ["READY=1", "STOPPING=1"]);
}

/// What `watchdog()` returns in a bot with these variables.
fn watchdog(variables: &str) -> String {
    let bot = bot!["when=false", "print-watchdog"];
    let manager = Manager::at_path(&bot);
    let launch = begin(manager.command_with(&bot, &format!("export {variables}"))).finish();
    assert!(launch.status.success(), "{launch:?}");
    launch.stdout
}

#[test]
fn the_watchdog_interval_is_half_of_the_managers_limit() {
    assert_eq!(watchdog("WATCHDOG_USEC=3000000"), "Some(1.5s)\n");
    assert_eq!(watchdog("WATCHDOG_USEC=3000000 WATCHDOG_PID=$$"), "Some(1.5s)\n");
    assert_eq!(watchdog("WATCHDOG_USEC=3000000 WATCHDOG_PID=$PPID"), "None\n");
    assert_eq!(watchdog("LANG=C"), "None\n");
}
