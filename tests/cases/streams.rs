//! The daemon's standard streams.

use std::fs::{self, File, OpenOptions};
use std::io::Read;
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::Path;

use nix::fcntl::OFlag;
use nix::libc;
use nix::sys::stat::Mode;
use nix::unistd::mkfifo;
use tests::bot;
use tests::bot::{Bot, begin};
use tests::condition::Condition;

const NULL: &str = "/dev/null";

#[test]
fn by_default_all_streams_are_the_null_device() {
    let bot = bot![
        "chdir=false",
        "print=out",
        "print-error=error",
        "run=wc -c >count",
        "note=note",
        "sleep"
    ];
    let daemon = bot.start();
    bot.await_text("note", &format!("{}\n", daemon.pid()));
    assert_eq!(bot.read("count"), "0\n");
    for number in 0..=2 {
        assert!(daemon.process.has_open(number, Path::new(NULL)), "descriptor {number}");
    }
}

#[test]
fn redirect_takes_output_and_errors_in_order() {
    let bot = bot![
        "redirect=out.log",
        "print=one",
        "print-error=two",
        "run=echo three >&2",
        "print=four",
        "sleep"
    ];
    let daemon = bot.start_and_await("out.log", "one\ntwo\nthree\nfour\n");
    assert!(daemon.process.has_open(0, Path::new(NULL)));
}

#[test]
fn stdout_and_stderr_may_name_the_same_file() {
    let bot = bot![
        "stdout=out.log",
        "stderr=out.log",
        "print=one",
        "print-error=two",
        "print=three",
        "sleep"
    ];
    let _daemon = bot.start_and_await("out.log", "one\ntwo\nthree\n");
}

#[test]
fn stdout_and_stderr_may_name_separate_files() {
    let bot = bot!["stdout=out.log", "stderr=error.log", "print=one", "print-error=two", "sleep"];
    let _daemon = bot.start_and_await("error.log", "two\n");
    assert_eq!(bot.read("out.log"), "one\n");
}

#[test]
fn a_stream_without_a_file_goes_to_the_null_device() {
    for (option, number, other) in [("stdout=only.log", 1, 2), ("stderr=only.log", 2, 1)] {
        let bot = bot![option, "print=said", "print-error=said", "sleep"];
        let daemon = bot.start_and_await("only.log", "said\n");
        assert!(daemon.process.has_open(number, &bot.file("only.log")));
        assert!(daemon.process.has_open(other, Path::new(NULL)));
        assert_eq!(bot.files(), ["builder.pid", "only.log"]);
    }
}

#[test]
fn stdin_may_come_from_a_file() {
    let bot = bot!["stdin=in.txt", "redirect=out.log", "run=cat", "sleep"];
    fs::write(bot.file("in.txt"), "read me\n").expect("a file");
    let _daemon = bot.start_and_await("out.log", "read me\n");
}

#[test]
fn the_next_start_appends_to_the_log() {
    let bot = bot!["redirect=out.log", "print=one more"];
    fs::write(bot.file("out.log"), "from before\n").expect("a file");
    for expected in ["from before\none more\n", "from before\none more\none more\n"] {
        bot.launch().assert_silent_success();
        bot.await_nothing_left();
        assert_eq!(bot.read("out.log"), expected);
    }
}

#[test]
fn logs_are_opened_for_appending() {
    let bot = bot!["redirect=out.log", "print=up", "sleep"];
    let daemon = bot.start_and_await("out.log", "up\n");
    for number in [1, 2] {
        let flags = daemon.process.descriptors()[&number].flags;
        assert!(flags.contains(OFlag::O_APPEND), "descriptor {number}: {flags:?}");
    }
}

#[test]
fn streams_are_blocking_and_inherited_by_children() {
    let bot = bot!["stdin=in.txt", "stdout=out.log", "sleep"];
    File::create(bot.file("in.txt")).expect("a file");
    let daemon = bot.start();
    for number in 0..=2 {
        let flags = daemon.process.descriptors()[&number].flags;
        assert!(
            !flags.intersects(OFlag::O_NONBLOCK | OFlag::O_CLOEXEC),
            "descriptor {number}: {flags:?}"
        );
    }
}

#[test]
fn a_log_may_be_a_symbolic_link() {
    let bot = bot!["redirect=link.log", "print=said", "sleep"];
    symlink("real.log", bot.file("link.log")).expect("a link");
    let _daemon = bot.start_and_await("real.log", "said\n");
}

#[test]
fn the_null_device_may_be_a_log() {
    let bot = bot!["redirect=/dev/null", "stdin=/dev/null", "print=said", "sleep"];
    assert!(bot.start().process.has_open(1, Path::new(NULL)));
}

#[test]
fn a_log_that_is_not_a_regular_file_is_refused_without_blocking() {
    for option in ["redirect", "stdout", "stderr", "stdin"] {
        for odd in ["pipe", "socket", "directory", "/dev/full"] {
            let bot = bot![format!("{option}={odd}"), "sleep"];
            mkfifo(&bot.file("pipe"), Mode::S_IRWXU).expect("a pipe");
            let _listener = UnixListener::bind(bot.file("socket")).expect("a socket");
            fs::create_dir(bot.file("directory")).expect("a directory");
            let line = bot.refused(73);
            assert!(line.contains(odd), "{line}");
            // The system itself refuses to append to a directory.
            if odd != "directory" || option == "stdin" {
                assert!(line.ends_with("not a regular file; pass an open file"), "{line}");
            }
        }
    }
}

#[test]
fn a_pipe_that_is_refused_as_a_log_is_left_alone() {
    let bot = bot!["redirect=pipe", "sleep"];
    mkfifo(&bot.file("pipe"), Mode::S_IRWXU).expect("a pipe");
    // With a reader, opening the pipe for writing would succeed.
    let mut reader = OpenOptions::new()
        .read(true)
        .custom_flags(libc::O_NONBLOCK)
        .open(bot.file("pipe"))
        .expect("the read end");
    let _line = bot.refused(73);
    assert!(fs::metadata(bot.file("pipe")).expect("the pipe").file_type().is_fifo());
    assert_eq!(reader.read(&mut [0]).expect("the end of the pipe"), 0);
}

/// Adds the condition that the standard streams whose bits are set are closed.
fn with_closed_streams(bot: Bot, combination: i32) -> Bot {
    let closed = (0..=2).filter(|number| combination >> number & 1 == 1);
    closed.map(Condition::Closed).fold(bot, Bot::under)
}

#[test]
fn the_daemon_has_its_streams_whichever_were_closed() {
    for combination in 0..8 {
        let bot = bot!["redirect=out.log", "print=out", "print-error=error", "sleep"];
        let bot = with_closed_streams(bot, combination);
        let daemon = bot.start_and_await("out.log", "out\nerror\n");
        assert!(daemon.process.has_open(0, Path::new(NULL)), "combination {combination:03b}");
        assert_eq!(daemon.process.descriptors().len(), 4, "combination {combination:03b}");
    }
}

#[test]
fn no_other_file_takes_the_number_of_a_closed_stream() {
    for combination in 0..8 {
        let bot = bot![
            "close_fd=false",
            "chdir=false",
            "print=out",
            "print-error=error",
            "note=note",
            "sleep"
        ];
        let bot = with_closed_streams(bot, combination);
        let mut command = bot.command();
        command.stdout(File::create(bot.file("out")).expect("a file"));
        command.stderr(File::create(bot.file("error")).expect("a file"));
        let daemon = bot.start_by(command);
        bot.await_text("note", &format!("{}\n", daemon.pid()));
        let expected = |number: i32, name| {
            if combination >> number & 1 == 1 { NULL.into() } else { bot.file(name) }
        };
        assert!(daemon.process.has_open(0, Path::new(NULL)), "combination {combination:03b}");
        assert!(daemon.process.has_open(1, &expected(1, "out")), "combination {combination:03b}");
        assert!(daemon.process.has_open(2, &expected(2, "error")), "combination {combination:03b}");
    }
}

#[test]
fn without_close_fd_the_daemon_keeps_the_launchers_streams() {
    let bot = bot!["close_fd=false", "print=out", "print-error=error", "run=cat", "sleep"];
    fs::write(bot.file("in"), "in\n").expect("a file");
    let mut command = bot.command();
    command.stdin(File::open(bot.file("in")).expect("a file"));
    command.stdout(File::create(bot.file("out")).expect("a file"));
    command.stderr(File::create(bot.file("error")).expect("a file"));
    let _daemon = bot.start_by(command);
    bot.await_text("out", "out\nin\n");
    assert_eq!(bot.read("error"), "error\n");
}

#[test]
fn buffered_text_of_rust_and_c_appears_once() {
    let bot = bot!["early=rust ", "early-c=c ", "redirect=out.log", "print-c=c in the daemon"];
    let launch = begin(bot.command()).finish();
    assert_eq!(launch.stdout.matches("rust ").count(), 1, "{launch:?}");
    assert_eq!(launch.stdout.matches("c ").count(), 1, "{launch:?}");
    bot.await_nothing_left();
    assert_eq!(bot.read("out.log"), "c in the daemon");
}

#[test]
fn a_panic_is_in_the_log_with_its_location() {
    let bot = bot!["redirect=out.log", "panic=out of cheese"];
    bot.launch().assert_silent_success();
    bot.await_nothing_left();
    let log = bot.read("out.log");
    assert!(log.contains("out of cheese") && log.contains("builder.rs:"), "{log}");
}
