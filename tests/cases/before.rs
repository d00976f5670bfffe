//! The option `before`, and the kinds of `main` that a daemon can have.

use std::io::Read;
use std::net::{TcpListener, TcpStream};

use tests::bot::Bot;
use tests::lock;

/// A bot that reads its command line in `before`.
fn parser<const COUNT: usize>(words: [&str; COUNT]) -> Bot {
    Bot::new(env!("CARGO_BIN_EXE_parser")).words(words.map(Into::into))
}

/// A bot with this kind of `main`.
fn main_of_kind(kind: &str) -> Bot {
    Bot::new(env!("CARGO_BIN_EXE_mains")).words([kind.into()])
}

/// Expects that nothing was detached: no process, no lock, no file.
#[track_caller]
fn assert_untouched(bot: &Bot) {
    assert_eq!(bot.processes(), []);
    assert_eq!(bot.files(), [""; 0]);
}

#[test]
fn the_value_of_before_reaches_main_and_the_options() {
    let bot = parser(["log=chosen.log", "greeting=hello"]);
    let daemon = bot.start_and_await("chosen.log", "hello\n");
    assert!((1..=2).all(|number| daemon.process.has_open(number, &bot.file("chosen.log"))));
    assert_eq!(bot.read("parser.pid"), format!("{}\n", daemon.pid()));
}

#[test]
fn an_option_set_to_none_has_its_default() {
    let bot = parser(["greeting=hello"]);
    let daemon = bot.start();
    assert!((0..=2).all(|number| daemon.process.has_open(number, "/dev/null".as_ref())));
}

#[test]
fn the_value_of_before_can_choose_the_foreground() {
    let bot = parser(["foreground", "log=out.log", "greeting=hello"]);
    let launch = bot.launch();
    assert!(launch.status.success(), "{launch:?}");
    assert_eq!((launch.stdout.as_str(), launch.stderr.as_str()), ("hello\n", ""));
    assert_untouched(&bot);
}

#[test]
fn an_error_in_before_ends_main_before_the_fork() {
    let bot = parser(["log=out.log", "nonsense"]);
    let launch = bot.launch();
    assert_eq!(launch.status.code(), Some(1), "{launch:?}");
    assert_eq!(
        (launch.stdout.as_str(), launch.stderr.as_str()),
        ("", "Error: \"unknown word nonsense\"\n")
    );
    assert_untouched(&bot);
}

#[test]
fn an_exit_in_before_keeps_code_and_streams() {
    let bot = parser(["log=out.log", "help"]);
    let launch = bot.launch();
    assert_eq!(launch.status.code(), Some(2), "{launch:?}");
    assert_eq!(launch.stdout, "usage: parser [word]...\n");
    assert_eq!(launch.stderr, "there is more in the manual\n");
    assert_untouched(&bot);
}

#[test]
fn a_socket_bound_in_before_works_in_the_daemon() {
    let bot = parser(["listen=127.0.0.1:0", "greeting=hello"]);
    let launch = bot.launch();
    assert!(launch.status.success() && launch.stderr.is_empty(), "{launch:?}");
    let _daemon = bot.daemon();
    let mut client = TcpStream::connect(launch.stdout.trim_end()).expect("the daemon listens");
    let mut answer = String::new();
    client.read_to_string(&mut answer).expect("an answer");
    assert_eq!(answer, "hello");
}

#[test]
fn an_address_in_use_is_reported_on_the_terminal() {
    let other = TcpListener::bind("127.0.0.1:0").expect("a free address");
    let address = other.local_addr().expect("its address");
    let bot = parser([&format!("listen={address}")]);
    let launch = bot.launch();
    assert_eq!(launch.status.code(), Some(1), "{launch:?}");
    assert!(launch.stderr.contains("AddrInUse"), "{launch:?}");
    assert_untouched(&bot);
}

#[test]
fn a_thread_started_in_before_fails_the_start() {
    let bot = parser(["log=out.log", "thread"]);
    let line = bot.refused(70);
    assert_eq!(
        line,
        "parser: cannot start: 2 threads are running, and only one survives the fork; the usual \
         suspects are an allocator's background thread, a logger's writer and a configuration \
         watcher; start the daemon before them, or vouch for them with `start_with_threads`"
    );
    assert_untouched(&bot);
}

#[test]
fn an_async_main_works_with_the_attributes_in_either_order() {
    for kind in ["tokio-below", "tokio-above"] {
        let bot = main_of_kind(kind);
        let daemon = bot.start_and_await("out.log", "two threads have met\n");
        let threads: u32 = daemon.process.status("Threads").parse().expect("a number");
        assert!(threads >= 3, "{kind}: {threads} threads");
        assert!(lock::is_held(&bot.pid_file()), "{kind}");
    }
}

#[test]
fn every_kind_of_main_keeps_its_exit_code() {
    let cases = [
        ("unit", 0),
        ("success", 0),
        ("failure", 1),
        ("exit-code", 42),
        ("own-type", 43),
        ("never", 44),
    ];
    for (kind, code) in cases {
        let bot = main_of_kind(kind);
        let launch = bot.launch();
        assert_eq!(launch.status.code(), Some(code), "{kind}: {launch:?}");
        assert_eq!(
            launch.stderr,
            if kind == "failure" { "Error: \"out of cheese\"\n" } else { "" },
            "{kind}"
        );
        assert_untouched(&bot);
    }
}

#[test]
fn a_recursive_main_calls_the_users_function() {
    let launch = main_of_kind("recursion").launch();
    assert!(launch.status.success(), "{launch:?}");
    assert_eq!(
        (launch.stdout.as_str(), launch.stderr.as_str()),
        ("depth 1\ndepth 2\ndepth 3\n", "")
    );
}
