//! The daemon is detached from the process that started it.

use nix::unistd::{Pid, getpid};
use tests::bot;
use tests::bot::{Bot, begin};
use tests::condition::Condition;
use tests::process::Process;

#[test]
fn the_attribute_makes_a_daemon_of_main() {
    let bot = Bot::new(env!("CARGO_BIN_EXE_attribute"));
    let daemon = bot.start_and_await("out.log", "the body runs\n");
    assert_eq!(daemon.process.working_directory(), bot.start_directory());
}

#[test]
fn the_launcher_returns_while_the_body_runs() {
    let bot = bot!["redirect=out.log", "print-is-daemon", "sleep"];
    let daemon = bot.start_and_await("out.log", "true\n");
    assert_eq!(bot.processes(), [daemon.process]);
}

#[test]
fn the_code_after_the_start_runs_only_in_the_daemon() {
    let bot = bot!["chdir=false", "note=note", "sleep"];
    let daemon = bot.start();
    bot.await_text("note", &format!("{}\n", daemon.pid()));
}

#[test]
fn the_daemon_has_its_own_session_and_does_not_lead_it() {
    let bot = bot!["sleep"];
    let own = Process(getpid()).stat().expect("the test runs");
    let stat = bot.start().stat();
    assert_eq!(stat.group, stat.session);
    assert!(![own.session, own.group].contains(&stat.session));
}

#[test]
fn the_session_leader_is_reaped_before_the_launcher_returns() {
    for _ in 0..20 {
        let bot = bot!["sleep"];
        let daemon = bot.start();
        let leader = daemon.stat().session;
        assert_ne!(leader, daemon.pid());
        assert!(Process(Pid::from_raw(leader)).stat().is_none(), "the session leader still exists");
    }
}

#[test]
fn the_daemon_is_an_orphan_after_the_launcher_returns() {
    let bot = bot!["sleep"];
    assert_eq!(bot.start().stat().parent, getpid().as_raw());
}

#[test]
fn an_ignored_sigchld_does_not_disturb_the_start() {
    let bot = bot!["redirect=out.log", "run=true", "print=a child was awaited", "sleep"];
    let bot = bot.under(Condition::Ignored(nix::sys::signal::Signal::SIGCHLD));
    let _daemon = bot.start_and_await("out.log", "a child was awaited\n");
}

#[test]
fn a_reader_of_the_launchers_output_sees_its_end() {
    let bot = bot!["sleep"];
    let launch =
        begin(bot.command_in_shell(r#"output=$("$@" 2>&1); echo "read: $output""#)).finish();
    assert_eq!(launch.stdout, "read: \n");
    assert_eq!(bot.processes(), [bot.daemon().process]);
}

#[test]
fn a_reader_of_an_inherited_pipe_sees_its_end() {
    let bot = bot!["sleep"];
    let launch =
        begin(bot.command_in_shell(r#"{ "$@" 3>&1 >/dev/null 2>&1; } | cat; echo read"#)).finish();
    assert_eq!(launch.stdout, "read\n");
    assert_eq!(bot.processes(), [bot.daemon().process]);
}
