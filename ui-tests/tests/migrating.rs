//! The programs of `docs/migrating.md` do what the document says. Each is started and observed.

// The harness's attribute `test` replaces the standard one.
#[macro_use]
extern crate tests;

use std::fs::{self, File};
use std::io::Read;
use std::net::TcpStream;

use nix::sys::signal::Signal;
use tests::bot::{Bot, begin};
use tests::daemon::Daemon;
use tests::{lock, need, wait};

const DOCUMENT: &str = include_str!("../../docs/migrating.md");

fn main() {
    tests::case::run_all();
}

/// A bot that runs a program of the document.
macro_rules! bot {
    ($program:literal) => {
        Bot::new(env!(concat!("CARGO_BIN_EXE_", $program)))
    };
}

/// Starts a silent bot with these arguments and with a PID file of this name.
#[track_caller]
fn start(bot: &Bot, arguments: &[&str], pid_file: &str) -> Daemon {
    bot.tell(arguments).assert_silent_success();
    Daemon::recorded_in(&bot.file(pid_file))
}

/// Runs a bot in the foreground until its standard output is this text, and kills it.
#[track_caller]
fn run_in_the_foreground(bot: &Bot, said: &str) {
    let mut command = bot.command();
    command.stdout(File::create(bot.file("terminal")).expect("a file"));
    let launching = begin(command);
    bot.await_text("terminal", said);
    launching.signal(Signal::SIGKILL);
    assert_eq!(launching.finish().stderr, "");
}

#[test]
fn every_program_of_the_document_is_compiled() {
    let named = DOCUMENT.lines().filter_map(|line| line.strip_prefix('`')?.strip_suffix(".rs`:"));
    let mut named: Vec<_> = named.map(str::to_owned).collect();
    named.sort();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/migrating");
    let entries = fs::read_dir(folder).expect("the programs").map(|entry| entry.expect("an entry"));
    let stems = entries.filter_map(|entry| Some(entry.path().file_stem()?.to_str()?.to_owned()));
    let mut stems: Vec<_> = stems.collect();
    stems.sort();
    assert_eq!(named, stems);
    assert_eq!(DOCUMENT.matches("```rust").count(), named.len(), "a block has no name");
}

#[test]
fn every_method_of_the_other_builder_has_a_row() {
    const METHODS: [&str; 13] = [
        "new",
        "pid_file",
        "chown_pid_file",
        "working_directory",
        "user",
        "group",
        "umask",
        "chroot",
        "privileged_action",
        "stdout",
        "stderr",
        "start",
        "execute",
    ];
    let (_, section) = DOCUMENT.split_once("### Every method").expect("the section");
    let (section, _) = section.split_once("\n### ").expect("its end");
    for method in METHODS {
        let cell = |row: &str| row.split('|').nth(1).is_some_and(|cell| cell.contains(method));
        assert!(section.lines().any(cell), "{method}");
    }
}

#[test]
fn the_first_five_lines_do_the_same() {
    for bot in [bot!("five_lines"), bot!("five_lines_of_the_builder")] {
        fs::create_dir(bot.file("state")).expect("a directory");
        let daemon = start(&bot, &[], "bot.pid");
        bot.await_text("out.log", "only the daemon comes here\n");
        let process = daemon.process;
        assert_eq!(process.working_directory(), bot.file("state"));
        assert_eq!(process.status("Umask").trim(), "0027");
        assert!(process.has_open(1, &bot.file("out.log")));
        assert!(process.has_open(2, &bot.file("err.log")));
        let line = bot.launch().refusal(&bot.name(), 75);
        assert!(line.contains("already running"), "{line}");
    }
}

#[test]
fn an_argument_makes_the_program_a_daemon() {
    let bot = bot!("by_argument");
    run_in_the_foreground(&bot, "daemon: false\n");
    assert!(bot.file("by_argument.pid").exists());
    let _daemon = start(&bot, &["--daemon", "--log=bot.log"], "by_argument.pid");
    bot.await_text("bot.log", "daemon: true\n");
}

#[test]
fn a_program_in_the_foreground_has_no_pid_file() {
    let bot = bot!("if_daemon");
    run_in_the_foreground(&bot, "this goes to the log or to the terminal\n");
    assert!(!bot.file("if_daemon.pid").exists());
    let _daemon = start(&bot, &["--daemon"], "if_daemon.pid");
    bot.await_text("bot.log", "this goes to the log or to the terminal\n");
}

#[test(needs = need::root)]
fn another_user_serves_a_socket_that_root_has_bound() {
    let bot = bot!("privileged_port");
    let daemon = start(&bot, &[], "privileged_port.pid");
    let address = wait::for_some("the address", || {
        let log = fs::read_to_string(bot.file("bot.log")).ok()?;
        Some(log.strip_prefix("listening on ")?.strip_suffix('\n')?.to_owned())
    });
    let mut answer = String::new();
    let mut stream = TcpStream::connect(address).expect("the bot listens");
    stream.set_read_timeout(Some(wait::PATIENCE)).expect("a time limit");
    stream.read_to_string(&mut answer).expect("an answer in time");
    assert_eq!(answer, "served\n");
    assert!(daemon.process.status("Uid").split_whitespace().all(|id| id == "65534"));
}

#[test]
fn the_launcher_goes_on() {
    let bot = bot!("execute");
    let said = bot.answer(&[], 0);
    let daemon = Daemon::recorded_in(&bot.file("agent.pid"));
    assert_eq!(said, format!("agent started, PID {}\n", daemon.pid()));
    bot.await_text("agent.log", "serving\n");
}

#[test]
fn the_launcher_prints_before_it_exits() {
    let bot = bot!("exit_action");
    assert_eq!(bot.answer(&[], 0), "this is printed before the launcher exits\n");
    let _daemon = Daemon::recorded_in(&bot.file("bot.pid"));
    let second = bot.launch();
    assert_eq!((second.status.code(), &*second.stdout), (Some(75), ""));
    assert!(second.stderr.starts_with("cannot start: already running with PID "), "{second:?}");
}

#[test]
fn one_stream_stays_on_the_terminal() {
    let bot = bot!("keep_one_stream");
    let mut command = bot.command();
    command.stderr(File::create(bot.file("terminal")).expect("a file"));
    let _daemon = bot.start_by(command);
    bot.await_text("terminal", "this is seen on the terminal\n");
    bot.await_text("bot.log", "this is in the log\n");
}

#[test]
fn an_open_log_is_truncated() {
    let bot = bot!("open_log");
    fs::write(bot.file("bot.log"), "old\n").expect("a file");
    let _daemon = bot.start_and_await("bot.log", "standard output\nstandard error\n");
}

#[test]
fn a_pid_file_is_optional() {
    let bot = bot!("optional_pid_file");
    bot.launch().assert_silent_success();
    assert_eq!((bot.processes().len(), bot.files().len()), (1, 0));
    let _daemon = start(&bot, &["--pid-file=named"], "named");
}

#[test]
fn a_second_start_reports_the_first() {
    let bot = bot!("already_running");
    let daemon = start(&bot, &[], "bot.pid");
    assert_eq!(bot.answer(&[], 0), format!("it is up, PID {}\n", daemon.pid()));
}

#[test]
fn words_of_the_program_itself_stop_and_restart() {
    let bot = bot!("own_words");
    assert_eq!(bot.answer(&["stop"], 0), "it was not running\n");
    let first = start(&bot, &["start"], "bot.pid");
    let line = bot.tell(&["start"]).refusal(&bot.name(), 75);
    assert!(line.contains("already running"), "{line}");
    assert_eq!(bot.answer(&["restart"], 0), "stopped\n");
    let second = Daemon::recorded_in(&bot.file("bot.pid"));
    assert_ne!(first.pid(), second.pid());
    assert_eq!(bot.answer(&["stop"], 0), "stopped\n");
    assert!(!bot.file("bot.pid").exists());
}

#[test]
fn a_new_daemon_starts_beside_the_old_one() {
    let bot = bot!("upgrade");
    let old = start(&bot, &[], "proxy.pid");
    let line = bot.launch().refusal(&bot.name(), 75);
    assert!(line.contains("already running"), "{line}");
    let new = start(&bot, &["--upgrade"], "proxy.pid");
    assert_ne!(old.pid(), new.pid());
    let moved = bot.file("proxy.pid.old");
    assert_eq!(fs::read_to_string(&moved).expect("a file"), format!("{}\n", old.pid()));
    assert!(lock::is_held(&moved) && lock::is_held(&bot.file("proxy.pid")));
}

#[test]
fn an_asynchronous_runtime_works_in_the_daemon() {
    let bot = bot!("runtime");
    let _daemon = bot.start_and_await("bot.log", "answer: Ok(42)\n");
}

#[test]
fn a_known_thread_does_not_reach_the_daemon() {
    let bot = bot!("known_threads");
    let daemon = bot.start_and_await("bot.log", "only this thread is here\n");
    assert_eq!(daemon.process.status("Threads").trim(), "1");
}

#[test]
fn the_launcher_returns_when_the_file_system_is_mounted() {
    let bot = bot!("fuse");
    let missing = bot.tell(&["missing"]);
    assert_eq!(missing.status.code(), Some(1), "{missing:?}");
    assert!(missing.stderr.contains("No such file or directory"), "{missing:?}");
    let none = bot.launch();
    assert!(!none.status.success() && none.stderr.contains("usage: "), "{none:?}");
    bot.await_nothing_left();
    fs::create_dir(bot.file("point")).expect("a directory");
    bot.tell(&["point"]).assert_silent_success();
    bot.await_text("fuse.log", "0 entries\n");
    assert_eq!(bot.processes().len(), 1);
}

#[test]
fn other_programs_become_daemons() {
    let bot = bot!("run_others");
    let said = bot.answer(&[], 0);
    let daemons: Vec<_> = bot.processes().into_iter().map(Daemon::adopted).collect();
    let mut pids: Vec<_> = daemons.iter().map(|daemon| format!("{}\n", daemon.pid())).collect();
    pids.sort_by_key(|pid| said.find(pid));
    assert_eq!((pids.len(), pids.concat()), (2, said));
}

#[test]
fn a_client_with_threads_starts_its_server() {
    let bot = bot!("executes_itself");
    assert_eq!(bot.answer(&[], 0), "the server is up\n");
    let _server = Daemon::recorded_in(&bot.file("server.pid"));
    bot.await_text("server.log", "serving\n");
    let again = bot.launch();
    assert_eq!((again.status.code(), &*again.stdout), (Some(0), "the server was up\n"));
    assert!(again.stderr.contains("already running"), "{again:?}");
}

#[test]
fn a_second_start_names_the_other_daemon() {
    let bot = bot!("from_daemonizr");
    let daemon = start(&bot, &[], "dmnzr.pid");
    bot.await_text("dmnzr.out", "only the daemon comes here\n");
    let second = bot.launch();
    let said = format!("another daemon with PID {} is already running\n", daemon.pid());
    assert_eq!((second.status.code(), second.stderr), (Some(1), said));
}
