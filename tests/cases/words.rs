//! The command line of a program with `commands`: mistyped words, arguments after a word, and help.

use std::fs::{self, File};
use std::io;
use std::process::Stdio;

use nix::errno::Errno;
use tests::bot::{Bot, begin};
use tests::launch::Launch;

/// A bot without `before`, so it has no parser.
fn speaker() -> Bot {
    Bot::new(env!("CARGO_BIN_EXE_speaker"))
}

/// A bot with several instances, which its arguments choose.
fn instances() -> Bot {
    Bot::new(env!("CARGO_BIN_EXE_instances"))
}

#[test]
fn without_a_parser_a_mistyped_word_starts_nothing() {
    let bot = speaker();
    for (typed, meant) in [
        ("stauts", "status"),
        ("Stop", "stop"),
        ("STATUS", "status"),
        ("stats", "status"),
        ("restrat", "restart"),
        ("logs", "log"),
        ("hlep", "help"),
        ("--stop", "stop"),
        ("--status", "status"),
    ] {
        let line = bot.tell(&[typed]).refusal("speaker", 2);
        assert_eq!(line, format!("speaker: there is no word `{typed}`; did you mean `{meant}`?"));
        assert_eq!(bot.files(), [""; 0], "nothing may be evaluated or made");
    }
}

#[test]
fn a_word_of_the_program_starts_it() {
    for words in [&["serve"][..], &["--version"], &["-x", "stop"], &["dog"], &["--log", "file"]] {
        let bot = speaker();
        bot.tell(words).assert_silent_success();
        bot.await_text("out.log", &format!("arguments: {words:?} of {}\n", words.len() + 1));
    }
}

#[test]
fn with_a_parser_mistyped_words_go_to_the_program() {
    for word in ["stauts", "help", "--help", "-h", "--stop", "Stop"] {
        let bot = Bot::new(env!("CARGO_BIN_EXE_commander"));
        bot.tell(&[word]).assert_silent_success();
        bot.await_text("out.log", &format!("arguments: {word}\n"));
    }
}

#[test]
fn help_lists_the_words_and_names_the_files() {
    let bot = speaker();
    let help = bot.answer(&["help"], 0);
    assert_eq!(bot.answer(&["--help"], 0), help);
    assert_eq!(bot.answer(&["-h"], 0), help);
    assert_eq!(help.lines().count(), 10, "{help}");
    let words: Vec<_> =
        help.lines().filter_map(|line| line.split_ascii_whitespace().next()).collect();
    let all = ["start", "stop", "restart", "status", "run", "log", "help"];
    assert_eq!(words[1..8], all, "{help}");
    for named in ["speaker", "speaker.pid", "out.log"] {
        let file = bot.file(named);
        let named = if named.contains('.') { file.to_str().expect("text") } else { named };
        assert!(help.contains(named), "{help}");
    }
    assert!(help.lines().all(|line| line.len() <= 80 || line.contains('/')), "{help}");
    assert_eq!(bot.files(), [""; 0], "nothing may be started");
    let _line = bot.tell(&["help", "me"]).refusal("speaker", 2);
}

/// Words that print something, and their exit codes if that cannot be printed, and if nobody reads
/// it.
const ANSWERS: [(&str, i32, i32); 4] =
    [("help", 1, 0), ("status", 4, 3), ("log", 1, 0), ("stop", 0, 0)];

/// Says a word to a bot that does not run and has left a log.
fn say(word: &str, output: impl Into<Stdio>) -> (String, Launch) {
    let bot = if word == "help" { speaker() } else { Bot::new(env!("CARGO_BIN_EXE_commander")) };
    fs::write(bot.file("out.log"), "a line\n").expect("a log");
    let mut command = bot.command();
    command.arg(word).stdout(output);
    (bot.name(), begin(command).finish())
}

#[test]
fn what_cannot_be_printed_is_not_passed_over() {
    for (word, code, _) in ANSWERS {
        let full = File::options().write(true).open("/dev/full").expect("a full device");
        let (bot, launch) = say(word, full);
        let reason = io::Error::from(Errno::ENOSPC);
        let expected = format!("{bot}: cannot write to standard output: {reason}");
        assert_eq!(launch.refusal(&bot, code), expected, "{word}");
    }
}

#[test]
fn an_answer_that_nobody_reads_has_the_same_code() {
    for (word, _, code) in ANSWERS {
        let (_, nobody_reads) = io::pipe().expect("a pipe");
        let (_, launch) = say(word, nobody_reads);
        assert_eq!((launch.status.code(), &*launch.stderr), (Some(code), ""), "{word}");
    }
}

#[test]
fn a_program_with_a_parser_can_print_the_words_itself() {
    let bot = instances();
    let help = bot.answer(&["--help"], 0);
    assert!(help.starts_with("usage: instances "), "{help}");
    assert!(help.contains(bot.file("instances.pid").to_str().expect("text")), "{help}");
    assert!(help.contains("\n  restart "), "{help}");
    // That word is its parser's.
    assert!(!help.contains("\n  help "), "{help}");
    assert!(!bot.pid_file().exists());
}

#[test]
fn arguments_after_a_word_choose_the_instance() {
    let bot = instances();
    let started = |name: &str| {
        let line = bot.answer(&["start", "--instance", name], 0);
        let pid = bot.read(&format!("{name}.pid"));
        let log = bot.file(format!("{name}.log"));
        assert_eq!(
            line,
            format!("instances started, PID {}, log {}\n", pid.trim_end(), log.display())
        );
        pid
    };
    let (one, other) = (started("a"), started("b"));
    let status = bot.answer(&["status", "--json", "--instance", "b"], 0);
    assert!(status.contains(&format!(r#""pid":{},"#, other.trim_end())), "{status}");
    bot.await_text("a.log", "[\"--instance\", \"a\"]\n");
    assert_eq!(bot.answer(&["log", "-n", "1", "--instance", "a"], 0), bot.read("a.log"));
    let line = bot.tell(&["--instance", "a"]).refusal("instances", 75);
    assert!(line.contains(one.trim_end()), "{line}");
    assert_eq!(
        bot.answer(&["stop", "--timeout", "60", "--instance", "a"], 0),
        "instances stopped\n"
    );
    assert!(!bot.file("a.pid").exists() && bot.file("b.pid").exists());
    assert_eq!(bot.answer(&["stop", "--instance", "b"], 0), "instances stopped\n");
}

#[test]
fn no_option_is_evaluated_twice() {
    for (arguments, code) in
        [(&["status"][..], 3), (&["start"], 0), (&["restart"], 0), (&["stop"], 0), (&[], 0)]
    {
        let bot = instances();
        assert_eq!(bot.tell(arguments).status.code(), Some(code), "{arguments:?}");
        assert_eq!(bot.read("evaluated"), "pid\nlog\n", "{arguments:?}");
    }
}

#[test]
fn control_characters_are_never_printed() {
    let name = "odd\nname\u{1b}[31m";
    let directory = "directory\u{1b}]0;title\u{7}\n";
    let bot = speaker();
    fs::create_dir(bot.file(directory)).expect("a directory");
    let words: [&[&str]; 8] = [
        &["status"],
        &["start"],
        &["status"],
        &["log"],
        &["help"],
        &["start"],
        &["stop"],
        &["stop"],
    ];
    for arguments in words {
        let mut command = bot.command_as(name);
        command.args(arguments).current_dir(bot.file(directory));
        let launch = begin(command).finish();
        for text in [&launch.stdout, &launch.stderr] {
            let odd = |letter: char| letter.is_control() && letter != '\n';
            assert!(!text.contains(odd), "{arguments:?}: {text:?}");
            let is_complete = |line: &str| {
                line.starts_with("odd\\nname")
                    || line.starts_with(' ')
                    || line.starts_with("commands of ")
                    || line.starts_with("arguments: ")
            };
            assert!(text.lines().all(is_complete), "{arguments:?}: {text:?}");
        }
    }
}
