//! The examples do what the README says of them: each is started, used, refused a second time, and stopped.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::path::Path;

use nix::sys::signal::{Signal, kill};
use tests::bot::{Bot, begin};
use tests::family::children;
use tests::launch::Launch;
use tests::wait;

const README: &str = include_str!("../../README.md");

/// The lines of the README's code blocks that begin with this command.
fn fenced_lines(command: &str) -> Vec<&'static str> {
    let blocks = README.split("```").skip(1).step_by(2);
    blocks.flat_map(str::lines).filter(|line| line.starts_with(command)).collect()
}

#[test]
fn the_readme_runs_an_example_that_exists() {
    let [command] = fenced_lines("cargo run")[..] else { panic!("{:?}", fenced_lines("cargo run")) };
    let (_, example) = command.split_once("--example ").expect("an example");
    assert!(Path::new(env!("CARGO_BIN_EXE_heartbeat")).ends_with(example), "{example} is tried here");
    assert!(README.contains(&format!("{example}.log")) && README.contains(&format!("{example}.pid")));
}

#[test]
fn the_readme_runs_the_tests_by_one_command() {
    assert_eq!(fenced_lines("cargo test").len(), 1);
}

fn tell(bot: &Bot, words: &[&str]) -> Launch {
    let mut command = bot.command();
    command.args(words);
    begin(command).finish()
}

/// The port on which a bot says that it listens, in its first line.
fn port_in(said: &str) -> Option<u16> {
    let (line, _) = said.split_once('\n')?;
    line.strip_prefix("listening on 127.0.0.1:")?.parse().ok()
}

/// What the bot on this port answers to a line.
#[track_caller]
fn ask(port: u16, line: &str) -> String {
    let mut connection = TcpStream::connect(("127.0.0.1", port)).expect("somebody listens");
    connection.set_read_timeout(Some(wait::PATIENCE)).expect("a limit");
    connection.write_all(line.as_bytes()).expect("the line is taken");
    let mut answer = String::new();
    BufReader::new(connection).read_line(&mut answer).expect("an answer");
    answer
}

#[test]
fn heartbeat_gives_a_sign_of_life_until_it_is_stopped() {
    let bot = Bot::new(env!("CARGO_BIN_EXE_heartbeat"));
    let daemon = bot.start_and_await("heartbeat.log", "alive for 0 s\n");
    bot.await_text("heartbeat.log", "alive for 0 s\nalive for 1 s\n");
    let line = bot.launch().refusal("heartbeat", 75);
    assert_eq!(line, format!("heartbeat: cannot start: already running with PID {} (heartbeat.pid)", daemon.pid()));
    daemon.signal(Signal::SIGTERM);
    let _end = daemon.end();
    let _next = bot.start();
}

#[test]
fn pingbot_answers_and_cannot_run_twice_on_an_address_or_in_a_directory() {
    let bot = Bot::new(env!("CARGO_BIN_EXE_pingbot"));
    tell(&bot, &["127.0.0.1:0"]).assert_silent_success();
    let daemon = bot.daemon();
    let log = bot.file("pingbot.log");
    let port = wait::for_some("a line that names the port", || port_in(&fs::read_to_string(&log).ok()?));
    assert_eq!(ask(port, "hello\n"), "pong hello\n");
    wait::until("the line in the log", || bot.read("pingbot.log").contains("says \"hello\"\n"));
    let on_the_same_address = tell(&bot, &[&format!("127.0.0.1:{port}")]);
    assert_eq!(on_the_same_address.status.code(), Some(1));
    assert!(on_the_same_address.stderr.contains("AddrInUse"), "{on_the_same_address:?}");
    let _line = tell(&bot, &["127.0.0.1:0"]).refusal("pingbot", 75);
    daemon.signal(Signal::SIGTERM);
    let _end = daemon.end();
    bot.await_nothing_left();
}

#[test]
fn echobot_has_a_life_of_words_and_survives_a_crash() {
    let bot = Bot::new(env!("CARGO_BIN_EXE_echobot"));
    // It is ready when it has said so to whoever starts it.
    let launch = tell(&bot, &["--port", "0"]);
    let port = port_in(&launch.stdout).unwrap_or_else(|| panic!("{launch:?}"));
    let supervisor = bot.daemon();
    assert_eq!(ask(port, "hello\n"), "hello\n");
    assert!(tell(&bot, &["status"]).stdout.starts_with(&format!("echobot is running, PID {}", supervisor.pid())));
    // Told by the PID file: the first before any port is looked for, the second behind a port that was free.
    for words in [&[][..], &["--port", "0"]] {
        let _line = tell(&bot, words).refusal("echobot", 75);
    }
    assert_eq!(tell(&bot, &["start", "--port", &port.to_string()]).status.code(), Some(0));
    let body = children(supervisor.process).pop().expect("a body");
    kill(body.0, Signal::SIGKILL).expect("it runs");
    wait::until("the crash", || !body.is_alive());
    // The listening socket is the supervisor's as well, so that who connects now waits for the next body.
    assert_eq!(ask(port, "again\n"), "again\n");
    assert!(tell(&bot, &["log"]).stdout.contains("echobot: starting again in 1"));
    assert_eq!(tell(&bot, &["stop"]).stdout, "echobot stopped\n");
    bot.await_nothing_left();
    assert_eq!(tell(&bot, &["status"]).status.code(), Some(3));
}

#[test]
fn echobot_refuses_arguments_that_it_does_not_know_on_the_terminal() {
    let bot = Bot::new(env!("CARGO_BIN_EXE_echobot"));
    let launch = tell(&bot, &["--sport", "0"]);
    assert_eq!(launch.status.code(), Some(64));
    assert!(launch.stderr.starts_with("usage: echobot "), "{launch:?}");
    assert_eq!(bot.processes(), []);
}
