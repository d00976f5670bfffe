//! The word `log`: it shows the end of a log, follows it, and says when output goes elsewhere.

use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::ops::RangeInclusive;
use std::process::Stdio;

use nix::sys::signal::Signal;
use nix::sys::stat::Mode;
use nix::unistd::mkfifo;
use tests::bot::{Bot, begin};
use tests::wait;

/// A bot with one log.
fn commander() -> Bot {
    Bot::new(env!("CARGO_BIN_EXE_commander"))
}

/// What the word prints on standard output and on standard error.
#[track_caller]
fn show(bot: &Bot, arguments: &[&str]) -> (String, String) {
    let launch = bot.tell(&[&["log"], arguments].concat());
    assert_eq!(launch.status.code(), Some(0), "{launch:?}");
    (launch.stdout, launch.stderr)
}

#[test]
fn ten_lines_are_shown_by_default() {
    let bot = commander();
    let lines = |range: RangeInclusive<u32>| {
        range
            .flat_map(|line| ["line ".to_owned(), line.to_string(), "\n".to_owned()])
            .collect::<String>()
    };
    fs::write(bot.file("out.log"), lines(1..=100_000)).expect("a log");
    let shown = |arguments: &[&str]| show(&bot, arguments).0;
    assert_eq!(shown(&[]), lines(99_991..=100_000));
    assert_eq!(shown(&["-n", "1"]), lines(100_000..=100_000));
    // More than is read at a time.
    assert_eq!(shown(&["-n5000"]), lines(95_001..=100_000));
    assert_eq!(shown(&["-n", "0"]), "");
    assert_eq!(shown(&["-n", "1000000"]), lines(1..=100_000));
}

#[test]
fn lines_are_counted_for_any_end_of_a_log() {
    let bot = commander();
    for (text, shown) in [
        ("", ""),
        ("\n", "\n"),
        ("a", "a"),
        ("a\n", "a\n"),
        ("a\nb", "a\nb"),
        ("a\nb\n", "a\nb\n"),
        ("a\nb\nc", "b\nc"),
        ("a\n\n\n", "\n\n"),
    ] {
        fs::write(bot.file("out.log"), text).expect("a log");
        assert_eq!(show(&bot, &["-n", "2"]).0, shown, "{text:?}");
    }
}

#[test]
fn a_separate_log_of_standard_error_is_named_and_shown() {
    let bot = Bot::new(env!("CARGO_BIN_EXE_speaker"));
    let _daemon = bot.start_and_await("errors.log", "no errors\n");
    let (text, named) = show(&bot, &[]);
    assert!(text.starts_with("arguments: "), "{text}");
    let errors = bot.file("errors.log");
    let expected =
        format!("speaker: standard error is in {}; `log --stderr` shows it\n", errors.display());
    assert_eq!(named, expected);
    assert_eq!(show(&bot, &["--stderr"]), ("no errors\n".to_owned(), String::new()));
    let bot = commander();
    fs::write(bot.file("out.log"), "both\n").expect("a log");
    assert_eq!(show(&bot, &["--stderr"]), ("both\n".to_owned(), String::new()));
}

#[test]
fn output_in_the_foreground_is_said_to_go_elsewhere() {
    let bot = commander();
    fs::write(bot.file("out.log"), "yesterday\n").expect("a log");
    let running = bot.begin_with(&["run"]);
    wait::until("the bot to run", || bot.tell(&["status"]).stdout.contains("is running"));
    let (text, note) = show(&bot, &[]);
    assert_eq!(text, "yesterday\n");
    assert_eq!(note, "commander: it does not write to this log now: its output goes to a pipe\n");
    assert_eq!(bot.tell(&["stop"]).status.code(), Some(0));
    assert_eq!(running.finish().status.code(), None, "a signal must have ended it");
}

#[test]
fn a_log_from_the_start_arguments_is_named() {
    let bot = Bot::new(env!("CARGO_BIN_EXE_loner"));
    let log = |options: &[&str]| bot.tell(&[&["log"], options].concat()).refusal("loner", 6);
    assert_eq!(log(&["loner.pid"]), "loner: no log is set for standard output");
    let started = bot.answer(&["start", "loner.pid", "out.log"], 0);
    assert!(started.starts_with("loner started, "), "{started}");
    let out = bot.file("out.log");
    let expected = format!("loner: no log is set: standard output goes to {}", out.display());
    assert_eq!(log(&["loner.pid"]), expected);
    let expected = format!("loner: no log is set: standard error goes to {}", out.display());
    assert_eq!(log(&["--stderr", "loner.pid"]), expected);
    assert_eq!(bot.answer(&["stop", "loner.pid"], 0), "loner stopped\n");
}

#[test]
fn only_a_regular_file_is_shown_as_a_log() {
    let bot = Bot::new(env!("CARGO_BIN_EXE_loner"));
    mkfifo(&bot.file("pipe"), Mode::S_IRWXU).expect("a pipe");
    for (log, shown) in
        [("/dev/zero", "/dev/zero".into()), ("pipe", bot.file("pipe").display().to_string())]
    {
        let line = bot.tell(&["log", "loner.pid", log]).refusal("loner", 1);
        assert_eq!(line, format!("loner: cannot show the log {shown}: not a regular file"));
    }
}

#[test]
fn the_log_is_shown_whether_the_bot_runs_or_not() {
    let bot = commander();
    let line = bot.tell(&["log"]).refusal("commander", 1);
    assert!(line.contains("out.log: No such file or directory"), "{line}");
    let daemon = bot.start_and_await("out.log", "arguments: \n");
    assert_eq!(show(&bot, &[]).0, "arguments: \n");
    daemon.kill();
    assert_eq!(show(&bot, &[]).0, "arguments: \n");
}

fn append(bot: &Bot, log: &str, text: &str) {
    let mut log = OpenOptions::new().append(true).open(bot.file(log)).expect("the log");
    log.write_all(text.as_bytes()).expect("the log can be written");
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
    fs::write(bot.file("out.log"), "five\n").expect("a truncated log");
    bot.await_text("shown", "one\ntwo\nthree\nnumber four\nfive\n");
    following.signal(Signal::SIGINT);
    assert_eq!(following.finish().stderr, "");
}

#[test]
fn following_ends_when_the_reader_is_gone() {
    for is_quiet in [false, true] {
        let bot = commander();
        fs::write(bot.file("out.log"), "one\n").expect("a log");
        let mut command = bot.command();
        command.args(["log", "-f"]).stdout(Stdio::piped());
        let mut following = command.spawn().expect("the bot can be executed");
        let mut line = String::new();
        let output = following.stdout.take().expect("a pipe");
        BufReader::new(output).read_line(&mut line).expect("a line");
        assert_eq!(line, "one\n");
        // A child that another case has just forked has the pipe too, until it executes a
        // program.
        let status = wait::for_some("the bot to end", || {
            if !is_quiet {
                append(&bot, "out.log", "two\n");
            }
            following.try_wait().expect("the bot has not been reaped")
        });
        assert_eq!(status.code(), Some(0));
    }
}

#[test]
fn a_log_is_not_shown_in_itself() {
    let bot = commander();
    fs::write(bot.file("out.log"), "one\n").expect("a log");
    let mut command = bot.command();
    let log = OpenOptions::new().append(true).open(bot.file("out.log")).expect("a log");
    command.arg("log").stdout(log);
    let line = begin(command).finish().refusal("commander", 1);
    assert!(line.ends_with("/out.log: it is standard output"), "{line}");
    assert_eq!(bot.read("out.log"), "one\n");
}
