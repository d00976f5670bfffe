//! A failed start says why in one line, has an exit code for the kind of reason, and leaves
//! nothing.

use std::ffi::OsStr;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::ffi::OsStrExt;

use nix::errno::Errno;
use tests::bot;
use tests::bot::{begin, word};
use tests::condition::Condition;
use tests::lock::Gate;

#[test]
fn files_that_cannot_be_opened_are_named_with_the_reason() {
    let too_long = "x".repeat(300);
    // The texts of C libraries differ.
    let name_too_long = io::Error::from(Errno::ENAMETOOLONG).to_string();
    for option in ["redirect", "stdout", "stderr", "stdin", "pid_file"] {
        let paths = [
            ("missing/file", "No such file or directory"),
            ("file/below-a-file", "Not a directory"),
            (too_long.as_str(), name_too_long.as_str()),
        ];
        for (path, reason) in paths {
            let bot = bot![format!("{option}={path}"), "sleep"];
            File::create(bot.file("file")).expect("a file");
            let line = bot.refused(73);
            assert!(line.contains(&format!("{path}: {reason}")), "{line}");
            let lacks_directory = path.starts_with("missing") && option != "stdin";
            assert_eq!(line.contains("set `create_dirs`"), lacks_directory, "{line}");
            assert!(!bot.file("builder.pid").exists());
        }
    }
}

#[test]
fn a_directory_that_cannot_be_entered_is_named_with_the_reason() {
    for (path, reason) in [("missing", "No such file or directory"), ("file", "Not a directory")] {
        let bot = bot![format!("chdir={path}"), "sleep"];
        File::create(bot.file("file")).expect("a file");
        let line = bot.refused(78);
        assert!(line.contains(&format!("{path}: {reason}")), "{line}");
    }
}

#[test]
fn running_threads_are_counted() {
    for (threads, words) in
        [("2 threads", vec!["thread"]), ("4 threads", vec!["thread", "thread", "thread"])]
    {
        let bot = bot!["sleep"].words(words.into_iter().map(Into::into));
        let line = bot.refused(70);
        assert!(line.contains(threads), "{line}");
        assert!(!bot.pid_file().exists());
    }
}

#[test]
fn contradicting_options_are_refused() {
    let contradictions = [
        ["redirect=a.log", "stdout=b.log"],
        ["redirect=a.log", "stderr=b.log"],
        ["close_fd=false", "redirect=a.log"],
        ["close_fd=false", "stdin=/dev/null"],
        ["close_fd=false", "stdout=a.log"],
        ["close_fd=false", "stderr=a.log"],
        ["redirect=same", "pid_file=same"],
    ];
    for [one, other] in contradictions {
        let bot = bot![one, other, "sleep"];
        let _line = bot.refused(64);
        assert_eq!(bot.files(), [""; 0], "{one} {other}");
    }
}

#[test]
fn an_empty_name_is_visible() {
    for (option, code) in [("user", 67), ("group", 67), ("stop_signal", 64), ("restart", 64)] {
        let line = bot![format!("{option}="), "sleep"].refused(code);
        assert!(line.ends_with(" \"\""), "{line}");
    }
}

#[test]
fn an_empty_path_is_refused_with_the_name_of_the_option() {
    for option in ["redirect", "stdin", "stdout", "stderr", "chdir", "pid_file"] {
        let line = bot![format!("{option}="), "sleep"].refused(64);
        assert!(line.contains(option), "{line}");
    }
}

#[test]
fn control_characters_in_a_path_are_escaped() {
    let path = "missing\n\r\x1b[31m\t\x7f\u{85}/file";
    for (option, code) in [("redirect", 73), ("stdin", 73), ("pid_file", 73), ("chdir", 78)] {
        let line = bot![format!("{option}={path}"), "sleep"].refused(code);
        assert!(line.contains(r"missing\n\r"), "{line}");
    }
}

#[test]
fn a_path_need_not_be_utf_8() {
    let path = OsStr::from_bytes(b"missing-\xff/file");
    let _line = bot![word("redirect", path.as_ref()), "sleep"].refused(73);
}

#[test]
fn the_code_is_the_same_when_the_message_cannot_be_written() {
    let bot = bot!["redirect=missing/out.log", "sleep"].under(Condition::Closed(2));
    assert_eq!(bot.launch().status.code(), Some(73));
    let bot = bot!["redirect=missing/out.log", "sleep"];
    let mut command = bot.command();
    command.stderr(OpenOptions::new().write(true).open("/dev/full").expect("a full device"));
    assert_eq!(begin(command).finish().status.code(), Some(73));
}

#[test]
fn a_program_can_start_again_after_a_failed_start() {
    let bot = bot!["chdir=false", "fail-first=missing", "await-in-body=gate"];
    let gate = Gate::closed(&bot.file("gate"));
    let daemon = bot.start();
    assert_eq!(bot.processes(), [daemon.process]);
    gate.open();
    let _end = daemon.end();
    assert!(!bot.pid_file().exists());
}
