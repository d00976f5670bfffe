//! The words of `commands`, and their exit codes.

use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::mem;
use std::process::Stdio;

use nix::sys::signal::Signal;
use serde_json::Value;
use tests::bot::{Bot, begin};
use tests::launch::{Launch, Launching};
use tests::{lock, wait};

/// A bot that answers. Whatever it is told, its log says which arguments the program itself has
/// seen.
fn commander() -> Bot {
    Bot::new(env!("CARGO_BIN_EXE_commander"))
}

fn begin_with(bot: &Bot, arguments: &[&str]) -> Launching {
    let mut command = bot.command();
    command.args(arguments);
    begin(command)
}

/// What the bot answers.
#[track_caller]
fn tell(bot: &Bot, arguments: &[&str]) -> Launch {
    begin_with(bot, arguments).finish()
}

/// What the bot prints when it ends with this code.
#[track_caller]
fn answer(bot: &Bot, arguments: &[&str], code: i32) -> String {
    let launch = tell(bot, arguments);
    assert_eq!(launch.status.code(), Some(code), "{arguments:?}: {launch:?}");
    assert_eq!(launch.stderr, "", "{arguments:?}");
    launch.stdout
}

#[track_caller]
fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// With the place, since in another directory there may be another one.
fn was_not_running(bot: &Bot) -> String {
    format!("commander was not running ({})\n", bot.pid_file().display())
}

/// How often the program was started, as far as `before` and what follows it.
fn times_started(bot: &Bot) -> usize {
    fs::read_to_string(bot.file("before")).map_or(0, |traces| traces.lines().count())
}

#[test]
fn without_a_word_a_bot_starts_and_is_refused_when_it_runs() {
    let bot = commander();
    let daemon = bot.start();
    let line = tell(&bot, &[]).refusal("commander", 75);
    assert_eq!(
        line,
        format!(
            "commander: cannot start: already running with PID {} (commander.pid)",
            daemon.pid()
        )
    );
    assert_eq!(bot.processes(), [daemon.process]);
    assert_eq!(times_started(&bot), 1, "`before` could have looked for what the running bot has");
}

#[test]
fn the_word_start_is_content_with_a_bot_that_runs() {
    let bot = commander();
    tell(&bot, &["start"]).assert_silent_success();
    let daemon = bot.daemon();
    assert_eq!(
        answer(&bot, &["start"], 0),
        format!("commander is already running, PID {}\n", daemon.pid())
    );
    assert_eq!(bot.processes(), [daemon.process]);
    assert_eq!(times_started(&bot), 1, "`before` could have looked for what the running bot has");
}

#[test]
fn the_word_start_is_content_with_a_start_that_is_under_way() {
    let bot = commander();
    lock_an_empty_file(&bot);
    let line = tell(&bot, &["start"]).refusal("commander", 0);
    assert!(line.contains("already running, or about to"), "{line}");
    assert_eq!(bot.processes(), []);
}

#[test]
fn the_word_start_tells_a_start_that_fails() {
    let bot = commander();
    fs::create_dir(bot.file("out.log")).expect("a directory");
    let line = tell(&bot, &["start"]).refusal("commander", 73);
    assert!(line.contains("out.log"), "{line}");
}

#[test]
fn the_word_stop_is_content_with_a_bot_that_does_not_run() {
    let bot = commander();
    assert_eq!(answer(&bot, &["stop"], 0), was_not_running(&bot));
    let daemon = bot.start();
    assert_eq!(answer(&bot, &["stop"], 0), "commander stopped\n");
    assert!(!daemon.process.is_alive() && !bot.pid_file().exists());
    bot.start().kill();
    assert_eq!(answer(&bot, &["stop"], 0), was_not_running(&bot));
    assert!(!bot.pid_file().exists(), "what a dead bot left is removed");
}

#[test]
fn a_file_that_names_no_bot_is_left_alone_by_every_word() {
    let bot = commander();
    fs::write(bot.pid_file(), "notes\n").expect("a file");
    for (word, code) in [("stop", 4), ("restart", 4), ("start", 73), ("run", 73)] {
        let line = tell(&bot, &[word]).refusal("commander", code);
        assert!(line.contains("it holds something other than a PID"), "{line}");
    }
    assert_eq!(bot.read("commander.pid"), "notes\n");
}

/// A state of a bot: what it is called, the code that says so, and how a bot gets into it.
struct State {
    name: &'static str,
    code: i32,
    bring_about: fn(&Bot),
}

const STATES: [State; 5] = [
    State { name: "not running", code: 3, bring_about: |_| () },
    State { name: "running", code: 0, bring_about: |bot| mem::forget(bot.start()) },
    State { name: "dead", code: 1, bring_about: |bot| bot.start().kill() },
    State { name: "starting", code: 0, bring_about: lock_an_empty_file },
    State {
        name: "unknown",
        code: 4,
        bring_about: |bot| fs::write(bot.pid_file(), "notes\n").expect("a file"),
    },
];

fn lock_an_empty_file(bot: &Bot) {
    mem::forget(lock::take_new(&bot.pid_file()));
}

#[test]
fn status_says_in_a_line_how_the_bot_is() {
    for State { name, code, bring_about } in STATES {
        let bot = commander();
        bring_about(&bot);
        let line = answer(&bot, &["status"], code);
        assert!(line.starts_with("commander is ") && line.contains(name), "{line}");
        assert_eq!(line.matches('\n').count(), 1, "{line}");
    }
}

#[test]
fn the_status_of_a_running_bot_names_all_that_one_looks_for() {
    let bot = commander();
    let daemon = bot.start();
    let line = answer(&bot, &["status"], 0);
    assert!(
        line.starts_with(&format!("commander is running, PID {}, since 20", daemon.pid())),
        "{line}"
    );
    assert!(line.ends_with("Z, log out.log\n"), "{line}");
}

#[test]
fn the_json_has_the_same_members_in_every_state() {
    for State { name, code, bring_about } in STATES {
        let bot = commander();
        bring_about(&bot);
        let line = answer(&bot, &["status", "--json"], code);
        assert_eq!(line.matches('\n').count(), 1, "{line}");
        let status = json(&line);
        let members = status.as_object().expect("an object").keys();
        assert!(members.eq(["log", "pid", "pid_file", "reason", "since", "state"]), "{line}");
        assert_eq!(status["state"], name);
        assert_eq!(status["log"], "out.log");
        assert_eq!(status["pid_file"], "commander.pid");
        assert_eq!(status["pid"].is_null(), name != "running", "{line}");
        assert_eq!(status["since"].is_null(), name != "running", "{line}");
        assert_eq!(status["reason"].is_null(), name != "unknown", "{line}");
    }
}

#[test]
fn the_pid_in_the_json_is_the_one_in_the_file() {
    let bot = commander();
    let daemon = bot.start();
    let line = answer(&bot, &["status", "--json"], 0);
    assert_eq!(json(&line)["pid"], daemon.pid());
}

#[test]
fn whatever_the_program_is_called_the_json_is_valid() {
    let name = "quote\" back\\slash\ttab\nnewline \u{e9}\u{1b}[31m\u{7f}";
    let bot = commander();
    let mut command = bot.command_as(name);
    command.args(["status", "--json"]);
    let launch = begin(command).finish();
    assert_eq!(json(&launch.stdout)["pid_file"], format!("{name}.pid"));
}

#[test]
fn the_word_restart_starts_a_bot_whether_it_runs_or_not() {
    let bot = commander();
    assert_eq!(answer(&bot, &["restart", "first"], 0), was_not_running(&bot));
    let first = bot.daemon();
    bot.await_text("out.log", "arguments: first\n");
    assert_eq!(answer(&bot, &["restart", "second"], 0), "commander stopped\n");
    let second = bot.daemon();
    assert_ne!(first.pid(), second.pid());
    assert_eq!(bot.processes(), [second.process], "the first has gone before the second came");
    bot.await_text("out.log", "arguments: first\narguments: second\n");
}

#[test]
fn the_word_run_ends_with_the_code_of_the_body() {
    let bot = commander();
    assert_eq!(answer(&bot, &["run", "exit", "3"], 3), "arguments: exit 3\n");
    assert!(!bot.file("out.log").exists() && !bot.pid_file().exists());
}

#[test]
fn a_bot_in_the_foreground_is_stopped_from_elsewhere() {
    let bot = commander();
    let running = begin_with(&bot, &["run"]);
    wait::until("a running bot", || tell(&bot, &["status"]).stdout.contains("is running"));
    let _line = tell(&bot, &["run"]).refusal("commander", 75);
    assert_eq!(answer(&bot, &["stop"], 0), "commander stopped\n");
    assert_eq!(running.finish().status.code(), None, "a signal has ended it");
    assert!(!bot.pid_file().exists());
}

#[test]
fn words_that_only_look_start_nothing() {
    let bot = commander();
    fs::write(bot.file("out.log"), "").expect("a log");
    for arguments in [&["status"][..], &["status", "--json"], &["stop"], &["log"]] {
        let _launch = tell(&bot, arguments);
    }
    assert_eq!(times_started(&bot), 0);
    assert!(!bot.pid_file().exists());
}

#[test]
fn the_program_sees_its_arguments_without_the_word() {
    let cases: [(&[&str], &str); 5] = [
        (&["start", "a", "b"], "a b"),
        (&["start", "status"], "status"),
        (&["restart", "--port", "1"], "--port 1"),
        (&["hello", "stop"], "hello stop"),
        (&["Status"], "Status"),
    ];
    for (arguments, seen) in cases {
        let bot = commander();
        assert_eq!(tell(&bot, arguments).status.code(), Some(0), "{arguments:?}");
        bot.await_text("out.log", &format!("arguments: {seen}\n"));
    }
}

#[test]
fn arguments_that_a_word_does_not_take_are_refused() {
    let cases = [
        &["stop", "now"][..],
        &["status", "--xml"],
        &["status", "--json", "x"],
        &["log", "-n"],
        &["log", "-f", "x"],
    ];
    for arguments in cases {
        let bot = commander();
        let daemon = bot.start();
        let line = tell(&bot, arguments).refusal("commander", 2);
        assert!(line.contains(&format!("`{}` takes", arguments[0])), "{line}");
        assert!(daemon.process.is_alive());
    }
}

#[test]
fn a_bot_without_pid_file_and_log_has_nothing_to_look_at() {
    let bot = Bot::new(env!("CARGO_BIN_EXE_loner"));
    for word in ["status", "stop", "log", "start", "restart"] {
        let _line = tell(&bot, &[word]).refusal("loner", 6);
    }
    tell(&bot, &[]).assert_silent_success();
}

#[test]
fn the_word_log_shows_the_log_of_whatever_bot() {
    let bot = commander();
    let line = tell(&bot, &["log"]).refusal("commander", 1);
    assert!(line.contains("out.log: No such file or directory"), "{line}");
    let daemon = bot.start_and_await("out.log", "arguments: \n");
    assert_eq!(answer(&bot, &["log"], 0), "arguments: \n");
    daemon.kill();
    assert_eq!(answer(&bot, &["log"], 0), "arguments: \n");
}

fn append(bot: &Bot, log: &str, text: &str) {
    let mut log = OpenOptions::new().append(true).open(bot.file(log)).expect("the log");
    log.write_all(text.as_bytes()).expect("the log takes it");
}

#[test]
fn a_log_is_followed_across_rotation_and_truncation() {
    let bot = commander();
    fs::write(bot.file("out.log"), "one\n").expect("a log");
    let mut command = bot.command();
    command.args(["log", "-f"]).stdout(File::create(bot.file("shown")).expect("a file"));
    let following = begin(command);
    bot.await_text("shown", "one\n");
    append(&bot, "out.log", "two\n");
    bot.await_text("shown", "one\ntwo\n");
    fs::rename(bot.file("out.log"), bot.file("old.log")).expect("the log");
    append(&bot, "old.log", "three\n");
    bot.await_text("shown", "one\ntwo\nthree\n");
    fs::write(bot.file("out.log"), "number four\n").expect("a new log");
    bot.await_text("shown", "one\ntwo\nthree\nnumber four\n");
    fs::write(bot.file("out.log"), "five\n").expect("the log is truncated and goes on");
    bot.await_text("shown", "one\ntwo\nthree\nnumber four\nfive\n");
    following.signal(Signal::SIGINT);
    assert_eq!(following.finish().stderr, "");
}

#[test]
fn a_log_is_not_followed_when_nobody_reads_it_any_more() {
    let bot = commander();
    fs::write(bot.file("out.log"), "one\n").expect("a log");
    let mut command = bot.command();
    command.args(["log", "-f"]).stdout(Stdio::piped());
    let mut following = command.spawn().expect("the bot can be executed");
    let mut line = String::new();
    BufReader::new(following.stdout.take().expect("a pipe")).read_line(&mut line).expect("a line");
    assert_eq!(line, "one\n");
    append(&bot, "out.log", "two\n");
    let status = wait::for_some("the end", || following.try_wait().expect("it was not reaped"));
    assert_eq!(status.code(), Some(0));
}
