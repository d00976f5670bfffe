//! The words that `commands` adds, and their exit codes.

use std::os::unix::fs::symlink;
use std::{fs, mem};

use serde_json::Value;
use tests::bot::{Bot, begin};
use tests::daemon::Daemon;
use tests::{lock, wait};

/// A bot with `commands`. Its log shows the arguments that the program itself has received.
fn commander() -> Bot {
    Bot::new(env!("CARGO_BIN_EXE_commander"))
}

#[track_caller]
fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// The answer about a bot that does not run. It names the PID file, since another directory may
/// have another bot.
fn was_not_running(bot: &Bot) -> String {
    format!("commander was not running ({})\n", bot.pid_file().display())
}

/// How often the program has evaluated `before`.
fn times_started(bot: &Bot) -> usize {
    fs::read_to_string(bot.file("before")).map_or(0, |traces| traces.lines().count())
}

#[test]
fn without_a_word_a_second_start_is_refused() {
    let bot = commander();
    let daemon = bot.start();
    let line = bot.tell(&[]).refusal("commander", 75);
    assert_eq!(
        line,
        format!(
            "commander: cannot start: already running with PID {} (commander.pid)",
            daemon.pid()
        )
    );
    assert_eq!(bot.processes(), [daemon.process]);
    assert_eq!(times_started(&bot), 1, "a refused start must not evaluate `before`");
}

/// The end of the line about a bot that runs.
fn where_it_is(bot: &Bot, daemon: &Daemon) -> String {
    format!("PID {}, log {}\n", daemon.pid(), bot.file("out.log").display())
}

#[test]
fn the_word_start_succeeds_when_the_bot_runs_already() {
    let bot = commander();
    let line = bot.answer(&["start"], 0);
    let daemon = bot.daemon();
    assert_eq!(line, format!("commander started, {}", where_it_is(&bot, &daemon)));
    assert_eq!(
        bot.answer(&["start"], 0),
        format!("commander is already running, PID {}\n", daemon.pid())
    );
    assert_eq!(bot.processes(), [daemon.process]);
    assert_eq!(times_started(&bot), 1, "a refused start must not evaluate `before`");
}

#[test]
fn an_unfinished_start_is_awaited_and_then_reported() {
    let starts = [&["start"][..], &[], &["a"], &["run"]].map(|arguments| {
        let bot = commander();
        lock_an_empty_file(&bot);
        (bot.begin_with(arguments), bot)
    });
    for (start, bot) in starts {
        let line = start.finish().refusal("commander", 75);
        assert!(line.ends_with("cannot start: already starting (commander.pid)"), "{line}");
        assert_eq!(bot.processes(), []);
        assert_eq!(times_started(&bot), 0, "a refused start must not evaluate `before`");
    }
}

#[test]
fn a_start_proceeds_when_the_earlier_start_fails() {
    let bot = commander();
    let lock = lock::take_new(&bot.pid_file());
    let launching = bot.begin_with(&["start"]);
    fs::remove_file(bot.pid_file()).expect("the PID file");
    lock.unlock().expect("the lock is ours");
    assert_eq!(launching.finish().status.code(), Some(0));
    let _daemon = bot.daemon();
}

#[test]
fn a_second_start_with_arguments_does_not_evaluate_before() {
    let bot = commander();
    let daemon = bot.start();
    for arguments in [&["a"][..], &["run"], &["serve", "--port", "1"]] {
        let line = bot.tell(arguments).refusal("commander", 75);
        assert!(line.contains(&format!("already running with PID {}", daemon.pid())), "{line}");
        assert_eq!(times_started(&bot), 1, "{arguments:?}");
    }
    // The first argument begins with `-`, and may be a question such as `--help`.
    let _line = bot.tell(&["--help"]).refusal("commander", 75);
    assert_eq!(times_started(&bot), 2);
}

#[test]
fn the_word_start_reports_a_failed_start() {
    let bot = commander();
    fs::create_dir(bot.file("out.log")).expect("a directory");
    let line = bot.tell(&["start"]).refusal("commander", 73);
    assert!(line.contains("out.log"), "{line}");
}

#[test]
fn the_word_stop_succeeds_when_the_bot_does_not_run() {
    let bot = commander();
    assert_eq!(bot.answer(&["stop"], 0), was_not_running(&bot));
    let daemon = bot.start();
    assert_eq!(bot.answer(&["stop"], 0), "commander stopped\n");
    assert!(!daemon.process.is_alive() && !bot.pid_file().exists());
    bot.start().kill();
    assert_eq!(bot.answer(&["stop"], 0), was_not_running(&bot));
    assert!(!bot.pid_file().exists(), "the PID file of a dead bot is still there");
}

#[test]
fn an_obstacle_in_place_of_the_pid_file_is_named_with_its_path() {
    let bot = commander();
    let path = bot.pid_file();
    let assert_says = |why: &str| {
        let reason = format!("{}: {why}", path.display());
        for word in ["stop", "restart"] {
            let line = bot.tell(&[word]).refusal("commander", 4);
            assert_eq!(line, format!("commander: cannot {word}: {reason}"));
        }
        let status = bot.answer(&["status"], 4);
        assert_eq!(status, format!("commander is in an unknown state: {reason}\n"));
    };
    symlink("out.log", &path).expect("a link");
    assert_says("it is a symbolic link");
    fs::remove_file(&path).expect("the link");
    fs::create_dir(&path).expect("a directory");
    assert_says("it is not a regular file");
    fs::remove_dir(&path).expect("the directory");
    fs::write(&path, "notes").expect("a file");
    assert_says("it holds something other than a PID");
}

#[test]
fn every_word_leaves_a_foreign_file_alone() {
    let bot = commander();
    fs::write(bot.pid_file(), "notes\n").expect("a file");
    for (word, code) in [("stop", 4), ("restart", 4), ("start", 73), ("run", 73)] {
        let line = bot.tell(&[word]).refusal("commander", code);
        assert!(line.contains("it holds something other than a PID"), "{line}");
    }
    assert_eq!(bot.read("commander.pid"), "notes\n");
}

/// A state of a bot: its name, the exit code of `status`, and how to get a bot into it.
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
fn status_prints_the_state_in_one_line() {
    for State { name, code, bring_about } in STATES {
        let bot = commander();
        bring_about(&bot);
        let line = bot.answer(&["status"], code);
        assert!(line.starts_with("commander is ") && line.contains(name), "{line}");
        assert_eq!(line.matches('\n').count(), 1, "{line}");
    }
}

#[test]
fn the_status_of_a_running_bot_names_pid_start_time_and_log() {
    let bot = commander();
    let daemon = bot.start();
    let line = bot.answer(&["status"], 0);
    assert!(
        line.starts_with(&format!("commander is running, PID {}, since 20", daemon.pid())),
        "{line}"
    );
    assert!(line.ends_with(&format!("Z, log {}\n", bot.file("out.log").display())), "{line}");
}

const MEMBERS: [&str; 14] = [
    "body",
    "error_log",
    "foreground",
    "last_end",
    "log",
    "output",
    "pid",
    "pid_file",
    "reason",
    "restart_in",
    "restarts",
    "since",
    "state",
    "unit",
];

#[test]
fn the_json_has_the_same_members_in_every_state() {
    for State { name, code, bring_about } in STATES {
        let bot = commander();
        bring_about(&bot);
        let line = bot.answer(&["status", "--json"], code);
        assert_eq!(line.matches('\n').count(), 1, "{line}");
        let status = json(&line);
        let members = status.as_object().expect("an object").keys();
        assert!(members.eq(MEMBERS), "{line}");
        assert_eq!(status["state"], name);
        for (member, file) in
            [("log", "out.log"), ("error_log", "out.log"), ("pid_file", "commander.pid")]
        {
            assert_eq!(status[member], bot.file(file).to_str().expect("text"), "{line}");
        }
        let is_null = |members: &[&str]| members.iter().all(|&member| status[member].is_null());
        assert!(is_null(&["unit", "body", "restarts", "restart_in", "last_end"]), "{line}");
        assert_eq!(status["pid"].is_null(), name != "running", "{line}");
        for member in ["since", "foreground", "output"] {
            assert_eq!(status[member].is_null(), name != "running", "{line}");
        }
        assert_eq!(status["reason"].is_null(), name != "unknown", "{line}");
    }
}

#[test]
fn the_pid_in_the_json_is_that_of_the_daemon() {
    let bot = commander();
    let daemon = bot.start();
    let line = bot.answer(&["status", "--json"], 0);
    assert_eq!(json(&line)["pid"], daemon.pid());
}

#[test]
fn the_json_is_valid_for_any_program_name() {
    let name = "quote\" back\\slash\ttab\nnewline \u{e9}\u{1b}[31m\u{7f}";
    let bot = commander();
    let mut command = bot.command_as(name);
    command.args(["status", "--json"]);
    let launch = begin(command).finish();
    let pid_file = bot.file(format!("{name}.pid"));
    assert_eq!(json(&launch.stdout)["pid_file"], pid_file.to_str().expect("text"));
}

#[test]
fn the_word_restart_starts_a_bot_whether_it_runs_or_not() {
    let bot = commander();
    let line = bot.answer(&["restart", "first"], 0);
    let first = bot.daemon();
    assert_eq!(line, format!("commander started, {}", where_it_is(&bot, &first)));
    bot.await_text("out.log", "arguments: first\n");
    let line = bot.answer(&["restart", "second"], 0);
    let second = bot.daemon();
    assert_eq!(line, format!("commander restarted, {}", where_it_is(&bot, &second)));
    assert_ne!(first.pid(), second.pid());
    assert_eq!(bot.processes(), [second.process], "the first daemon must be gone");
    bot.await_text("out.log", "arguments: first\narguments: second\n");
}

#[test]
fn the_word_run_exits_with_the_code_of_the_body() {
    let bot = commander();
    assert_eq!(bot.answer(&["run", "exit", "3"], 3), "arguments: exit 3\n");
    assert!(!bot.file("out.log").exists() && !bot.pid_file().exists());
}

#[test]
fn a_bot_in_the_foreground_can_be_stopped() {
    let bot = commander();
    let running = bot.begin_with(&["run"]);
    wait::until("the bot to run", || bot.tell(&["status"]).stdout.contains("is running"));
    let line = bot.answer(&["status"], 0);
    assert!(line.contains(", output to a pipe"), "a bot in the foreground has no log: {line}");
    let _line = bot.tell(&["run"]).refusal("commander", 75);
    assert_eq!(bot.answer(&["stop"], 0), "commander stopped\n");
    assert_eq!(running.finish().status.code(), None, "a signal must have ended it");
    assert!(!bot.pid_file().exists());
}

#[test]
fn status_stop_and_log_start_nothing() {
    let bot = commander();
    fs::write(bot.file("out.log"), "").expect("a log");
    for arguments in [&["status"][..], &["status", "--json"], &["stop"], &["log"]] {
        let _launch = bot.tell(arguments);
    }
    assert_eq!(times_started(&bot), 0);
    assert!(!bot.pid_file().exists());
}

#[test]
fn the_program_gets_its_arguments_without_the_word() {
    let cases: [(&[&str], &str); 5] = [
        (&["start", "a", "b"], "a b"),
        (&["start", "status"], "status"),
        (&["restart", "--port", "1"], "--port 1"),
        (&["hello", "stop"], "hello stop"),
        (&["Status"], "Status"),
    ];
    for (arguments, seen) in cases {
        let bot = commander();
        assert_eq!(bot.tell(arguments).status.code(), Some(0), "{arguments:?}");
        bot.await_text("out.log", &format!("arguments: {seen}\n"));
    }
}

#[test]
fn unknown_arguments_of_a_word_are_refused() {
    let cases = [
        &["stop", "now"][..],
        &["status", "--xml"],
        &["status", "--json", "x"],
        &["log", "-n"],
        &["log", "-f", "x"],
        &["stop", "--timeout", "soon"],
    ];
    for arguments in cases {
        let bot = commander();
        let daemon = bot.start();
        let line = bot.tell(arguments).refusal("commander", 2);
        assert!(line.contains(arguments[0]) && line.contains("` takes "), "{line}");
        assert!(daemon.process.is_alive());
    }
}

#[test]
fn words_need_a_pid_file_or_a_log() {
    let bot = Bot::new(env!("CARGO_BIN_EXE_loner"));
    for word in ["status", "stop", "log", "start", "restart"] {
        let _line = bot.tell(&[word]).refusal("loner", 6);
    }
    bot.tell(&[]).assert_silent_success();
}
