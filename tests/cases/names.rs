//! Unusual names of programs.

use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::symlink;

use tests::bot;
use tests::bot::{Bot, begin};
use tests::daemon::Daemon;

/// Longer than the process name that the kernel keeps, which it cuts in the middle of a character.
const CYRILLIC: &str = "робот-который-долго-называется";

#[test]
fn any_argv_0_works() {
    let names = [
        OsString::from("with space"),
        OsString::from("1) S 1 1 1 ("),
        OsString::from("two\nlines"),
        OsString::from_vec(b"not-utf8-\xff\xfe".to_vec()),
        OsString::from(CYRILLIC),
        OsString::from("x".repeat(200)),
    ];
    for name in names {
        let bot = bot!["sleep"];
        begin(bot.command_as(&name)).finish().assert_silent_success();
        let mut file = name;
        file.push(".pid");
        let _daemon = Daemon::recorded_in(&bot.file(file));
    }
}

#[test]
fn any_file_name_of_the_program_works() {
    for name in [CYRILLIC, "1) S 1 1 1 (", "робот с пробелами"] {
        let bot = bot!["sleep"];
        symlink(env!("CARGO_BIN_EXE_builder"), bot.file(name)).expect("a link");
        begin(bot.command_of(&bot.file(name))).finish().assert_silent_success();
        let daemon = Daemon::recorded_in(&bot.file(format!("{name}.pid")));
        assert_eq!(bot.processes(), [daemon.process]);
    }
}

#[test]
fn without_a_file_name_in_argv_0_the_executable_gives_the_name() {
    for name in ["", "/", "..", "."] {
        let bot = bot!["sleep"];
        begin(bot.command_as(name)).finish().assert_silent_success();
        let daemon = bot.daemon();
        assert_eq!(bot.processes(), [daemon.process], "{name:?}");
        let line = bot.launch().refusal("builder", 75);
        assert!(line.contains("(builder.pid)"), "{line}");
    }
}

#[test]
fn with_an_empty_argv_the_executable_gives_the_name() {
    let bot =
        Bot::new(env!("CARGO_BIN_EXE_nameless")).words([env!("CARGO_BIN_EXE_builder").into()]);
    fs::write(bot.file("builder.pid"), "notes\n").expect("a file");
    let line = bot.launch().refusal("builder", 73);
    assert!(line.contains("builder.pid"), "{line}");
    fs::remove_file(bot.file("builder.pid")).expect("the file");
    bot.launch().assert_silent_success();
}

#[test]
fn a_message_begins_with_the_name_and_is_one_line() {
    let bot = bot!["redirect=missing/out.log"];
    for (name, shown) in
        [("bot", "bot"), ("/some/where/bot.exe", "bot.exe"), ("a\nb\x1b[31m", r"a\nb\u{1b}[31m")]
    {
        let _line = begin(bot.command_as(name)).finish().refusal(shown, 73);
    }
}
