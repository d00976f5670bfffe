//! In the foreground nothing is forked and the standard streams stay. Everything else is as in a
//! daemon.

use std::fs;

use nix::unistd::getsid;
use tests::bot::{Bot, begin, word};
use tests::launch::Launching;
use tests::lock::Gate;
use tests::process::Process;
use tests::{bot, lock, wait};

/// A bot that stays in the foreground, with these other arguments.
macro_rules! foreground_bot {
    ($($word:expr),* $(,)?) => { bot!["when=false", $($word),*] };
}

/// Starts the bot, waits until its body runs, and returns the body's process.
#[track_caller]
fn run(bot: &Bot) -> (Launching, Process) {
    let mut command = bot.command();
    command.arg(word("note", &bot.file("note"))).arg("sleep");
    let launching = begin(command);
    (launching, bot.await_body())
}

#[test]
fn the_body_runs_in_the_started_process() {
    let bot = foreground_bot!["chdir=false", "note=note", "await-in-body=gate", "exit=7"];
    let gate = Gate::closed(&bot.file("gate"));
    let launching = begin(bot.command());
    let process = bot.await_body();
    assert_eq!(bot.processes(), [process], "nothing may be forked");
    let session = getsid(None).expect("every process has a session");
    assert_eq!(process.stat().expect("the bot runs").session, session.as_raw());
    assert_eq!(bot.read("builder.pid"), format!("{}\n", process.0));
    gate.open();
    assert_eq!(launching.finish().status.code(), Some(7));
}

#[test]
fn the_streams_stay_and_no_log_is_made() {
    for log in ["out.log", "missing/out.log"] {
        let bot = foreground_bot![word("redirect", log.as_ref()), "print=out", "print-error=err"];
        let launch = bot.launch();
        assert_eq!(launch.status.code(), Some(0), "{launch:?}");
        assert_eq!((launch.stdout.as_str(), launch.stderr.as_str()), ("out\n", "err\n"));
        assert_eq!(bot.files(), [""; 0], "{log}");
    }
}

#[test]
fn standard_input_stays() {
    let bot = foreground_bot!["run=read -r line && echo \"$line\""];
    let launch = begin(bot.command_in_shell(r#"echo "a line" | "$@""#)).finish();
    assert_eq!(launch.stdout, "a line\n", "{launch:?}");
}

#[test]
fn the_pid_file_is_the_only_other_descriptor() {
    let bot = foreground_bot![];
    let (_launching, process) = run(&bot);
    // The note is also open for a moment.
    wait::until("four descriptors", || process.descriptors().len() == 4);
    let descriptors = process.descriptors();
    let (&number, _) = descriptors.last_key_value().expect("four descriptors");
    assert!(process.has_open(number, &bot.pid_file()), "{descriptors:?}");
    assert!(lock::is_held(&bot.pid_file()));
    assert_eq!(bot.mode("builder.pid"), 0o644);
}

#[test]
fn a_daemon_and_a_foreground_bot_exclude_each_other() {
    for (first, second) in
        [("when=false", "when=true"), ("when=true", "when=false"), ("when=false", "when=false")]
    {
        let bot = bot![first, "chdir=false", "note=note", "sleep"];
        let _launching = begin(bot.command());
        let running = bot.await_body();
        let mut command = bot.command();
        command.arg(second);
        let line = begin(command).finish().refusal("builder", 75);
        assert_eq!(
            line,
            format!("builder: cannot start: already running with PID {} (builder.pid)", running.0)
        );
        assert_eq!(bot.read("note"), format!("{}\n", running.0), "the second body must not run");
        assert!(running.is_alive());
    }
}

#[test]
fn the_end_removes_the_pid_file_and_keeps_the_code() {
    for (ending, code) in [("print=the last step", 0), ("exit=7", 7), ("panic=out of cheese", 101)]
    {
        let bot = foreground_bot!["chdir=false", "note=note", "await-in-body=gate", ending];
        let gate = Gate::closed(&bot.file("gate"));
        let launching = begin(bot.command());
        let _ = bot.await_body();
        assert!(lock::is_held(&bot.pid_file()), "{ending}");
        gate.open();
        assert_eq!(launching.finish().status.code(), Some(code), "{ending}");
        assert!(!bot.pid_file().exists(), "{ending}");
    }
}

#[test]
fn the_working_directory_is_as_in_a_daemon() {
    for (option, directory) in
        [("chdir=true", None), ("chdir=false", Some("")), ("chdir=chosen", Some("chosen"))]
    {
        let bot = foreground_bot![option];
        fs::create_dir(bot.file("chosen")).expect("a directory");
        let expected =
            directory.map_or("/".into(), |directory| bot.start_directory().join(directory));
        let (_launching, process) = run(&bot);
        assert_eq!(process.working_directory(), expected, "{option}");
    }
}

#[test]
fn a_missing_working_directory_fails_the_start() {
    let bot = foreground_bot!["chdir=missing"];
    let line = bot.refused(78);
    assert!(line.contains("missing: No such file or directory"), "{line}");
    assert!(!bot.pid_file().exists());
}

#[test]
fn the_umask_option_holds() {
    let bot = foreground_bot!["umask=077"];
    let (_launching, _process) = run(&bot);
    assert_eq!(bot.mode("note"), 0o600, "the mode of a file that the body makes");
    assert_eq!(bot.mode("builder.pid"), 0o644, "the PID file is readable for all");
}

#[test]
fn the_body_knows_that_it_is_not_a_daemon() {
    assert_eq!(foreground_bot!["print-is-daemon"].launch().stdout, "false\n");
}

#[test]
fn running_threads_are_allowed() {
    let bot = foreground_bot!["thread", "print=up"];
    let launch = bot.launch();
    assert!(launch.status.success(), "{launch:?}");
    assert_eq!((launch.stdout.as_str(), launch.stderr.as_str()), ("up\n", ""));
}

#[test]
fn wait_ready_does_nothing() {
    let launch = foreground_bot!["wait_ready=true", "print=early", "ready", "print=late"].launch();
    assert!(launch.status.success(), "{launch:?}");
    assert_eq!(launch.stdout, "early\nlate\n");
}

#[test]
fn children_do_not_get_the_notify_socket_variable() {
    for mode in ["when=false", "when=true"] {
        let bot = bot![mode, "chdir=false", r#"run=echo "${NOTIFY_SOCKET-unset}" >socket"#];
        let mut command = bot.command();
        command.env("NOTIFY_SOCKET", "@nobody listens");
        assert!(begin(command).finish().status.success(), "{mode}");
        bot.await_text("socket", "unset\n");
    }
}

/// Sets a variable that only a service manager sets, for exactly the process that it executes.
const SUPERVISED: &str = r#"LISTEN_PID=$$ exec "$@""#;

#[test]
fn an_explicit_detach_works_under_a_service_manager() {
    let bot = bot!["when=true", "redirect=out.log", "print-is-daemon", "sleep"];
    let daemon = bot.start_by(bot.command_in_shell(SUPERVISED));
    bot.await_text("out.log", "true\n");
    assert_ne!(daemon.stat().session, getsid(None).expect("every process has a session").as_raw());
}

#[test]
fn passed_sockets_stay_open() {
    let bot = bot!["chdir=false", "note=note", "sleep"];
    let script = r#"LISTEN_FDS=2 LISTEN_PID=$$ exec "$@" 3<>one 4<>two 5<>three"#;
    let _launching = begin(bot.command_in_shell(script));
    let process = bot.await_body();
    assert!(process.has_open(3, &bot.file("one")) && process.has_open(4, &bot.file("two")));
    assert!(!process.has_open(5, &bot.file("three")), "{:?}", process.descriptors());
}

#[test]
fn by_default_a_bot_under_a_service_manager_stays_in_the_foreground() {
    let bot = bot!["redirect=out.log", "print-is-daemon"];
    let launch = begin(bot.command_in_shell(SUPERVISED)).finish();
    assert_eq!(launch.stdout, "false\n", "{launch:?}");
    assert!(!bot.file("out.log").exists());
}
