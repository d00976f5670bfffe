//! With `wait_ready` the launcher returns when the body calls `ready()`. Until then the body has
//! the launcher's streams, and the start fails if the body or the launcher ends.

use std::fs;
use std::os::unix::process::ExitStatusExt;

use daemonize_runtime::control::{Status, status};
use nix::sys::resource::Resource;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tests::bot::{Bot, begin};
use tests::condition::Condition;
use tests::launch::{Launch, Launching};
use tests::lock::Gate;
use tests::terminal::Terminal;
use tests::{bot, lock, wait};

/// A bot whose launcher waits for `ready()`.
macro_rules! waiting_bot {
    ($($word:expr),* $(,)?) => { bot!["wait_ready=true", "redirect=out.log", "chdir=false", $($word),*] };
}

/// A bot whose body leaves a note, and then waits at a gate before it calls `ready()`.
fn bot_at_a_gate() -> (Bot, Gate) {
    let bot = waiting_bot![
        "print=early",
        "note=note",
        "await-in-body=gate",
        "ready",
        "print=late",
        "sleep"
    ];
    let gate = Gate::closed(&bot.file("gate"));
    (bot, gate)
}

#[track_caller]
fn assert_started(launching: Launching, stdout: &str) {
    let launch = launching.finish();
    assert!(launch.status.success() && launch.stderr.is_empty(), "{launch:?}");
    assert_eq!(launch.stdout, stdout);
}

/// The only line on standard error that comes from the launcher and not from the body.
#[track_caller]
fn only_line_of_the_launcher(launch: &Launch) -> &str {
    let mut lines = launch.stderr.lines().filter(|line| line.starts_with("builder: "));
    let line = lines.next().unwrap_or_else(|| panic!("no line: {launch:?}"));
    assert_eq!(lines.next(), None, "there must be one line: {launch:?}");
    line
}

#[test]
fn the_launcher_waits_until_ready() {
    let (bot, gate) = bot_at_a_gate();
    let launching = begin(bot.command());
    let body = bot.await_body();
    assert_eq!(bot.processes().len(), 3, "launcher, session leader and daemon must run");
    assert_eq!(bot.read("out.log"), "");
    gate.open();
    assert_started(launching, "early\n");
    bot.await_text("out.log", "late\n");
    let daemon = bot.daemon();
    assert_eq!(daemon.process, body);
    assert_eq!(bot.processes(), [body], "only the daemon must be left");
}

#[test]
fn ready_switches_both_outputs_from_the_launcher_to_the_log() {
    let bot = waiting_bot![
        "print=out",
        "print-error=err",
        "ready",
        "print=late",
        "print-error=later",
        "sleep"
    ];
    let launch = bot.launch();
    assert!(launch.status.success());
    assert_eq!((launch.stdout.as_str(), launch.stderr.as_str()), ("out\n", "err\n"));
    bot.await_text("out.log", "late\nlater\n");
    let _daemon = bot.daemon();
}

#[test]
fn until_ready_the_body_writes_to_the_terminal() {
    let (bot, gate) = bot_at_a_gate();
    let bot = bot.under(Condition::Terminal);
    let mut terminal = Terminal::new();
    let mut command = bot.command();
    terminal.attach(&mut command);
    let launching = begin(command);
    terminal.await_screen("early\r\n");
    gate.open();
    assert_started(launching, "");
    let daemon = bot.daemon();
    bot.await_text("out.log", "late\n");
    let descriptors = daemon.process.descriptors();
    assert!(
        descriptors.values().all(|descriptor| descriptor.target != terminal.path()),
        "{descriptors:?}"
    );
}

#[test]
fn buffered_output_before_ready_goes_to_the_launcher() {
    for unfinished in ["print-unfinished=half a line", "print-c=half a line"] {
        let bot = waiting_bot![unfinished, "ready", "print=late", "sleep"];
        assert_started(begin(bot.command()), "half a line");
        let _daemon = bot.daemon();
        bot.await_text("out.log", "late\n");
    }
}

#[test]
fn after_ready_only_streams_and_pid_file_are_open() {
    let bot = waiting_bot!["ready", "print=late", "sleep"];
    let daemon = bot.start_and_await("out.log", "late\n");
    daemon.assert_has_only_streams_and(&bot.pid_file());
    assert!(daemon.process.has_open(0, "/dev/null".as_ref()));
    assert!((1..=2).all(|number| daemon.process.has_open(number, &bot.file("out.log"))));
}

#[test]
fn a_second_ready_does_nothing() {
    let bot = waiting_bot!["ready", "print=once", "ready", "print=twice", "sleep"];
    let daemon = bot.start_and_await("out.log", "once\ntwice\n");
    assert!(daemon.process.is_alive());
}

#[test]
fn ready_does_nothing_without_wait_ready() {
    let bot = bot!["redirect=out.log", "ready", "print=up", "sleep"];
    let daemon = bot.start_and_await("out.log", "up\n");
    assert!(daemon.process.is_alive());
}

#[test]
fn ready_may_be_called_in_any_thread() {
    let bot = waiting_bot!["ready-in-thread", "print=late", "sleep"];
    let _daemon = bot.start_and_await("out.log", "late\n");
}

#[test]
fn no_thread_passes_its_word_before_the_launcher_was_told() {
    for plan in ["restart=never", "restart=always"] {
        let bot = waiting_bot![plan, "note=note", "await-in-body=gate", "ready-behind-another"];
        let gate = Gate::closed(&bot.file("gate"));
        let launching = begin(bot.command());
        let _body = bot.await_body();
        launching.signal(Signal::SIGSTOP);
        gate.open();
        wait::until("the second thread", || bot.file("called").exists());
        launching.signal(Signal::SIGKILL);
        assert_eq!(launching.finish().status.signal(), Some(Signal::SIGKILL as i32));
        bot.await_no_trace();
        assert!(!bot.file("passed").exists(), "{plan}");
    }
}

#[test]
fn ready_in_a_forked_child_does_not_count() {
    let bot =
        waiting_bot!["ready-in-child", "print=the child has left", "ready", "print=late", "sleep"];
    // If the launcher had accepted the child's call, it would have returned, and the daemon's own
    // call would end the daemon.
    assert_started(begin(bot.command()), "the child has left\n");
    let daemon = bot.daemon();
    bot.await_text("out.log", "late\n");
    assert!(daemon.process.is_alive());
}

#[test]
fn a_bot_that_is_not_ready_yet_is_starting() {
    let (bot, gate) = bot_at_a_gate();
    let first = begin(bot.command());
    let body = bot.await_body();
    let line = bot.launch().refusal("builder", 75);
    assert_eq!(line, "builder: cannot start: already starting (builder.pid)");
    assert_eq!(status(bot.pid_file()), Status::Starting);
    gate.open();
    assert_started(first, "early\n");
    assert_eq!(bot.daemon().process, body);
}

#[test]
fn a_body_that_ends_before_ready_fails_the_start_with_its_own_code() {
    let cases = [
        ("print=at its end", 70, "it ended with exit code 0"),
        ("exit=7", 7, "it ended with exit code 7"),
        ("panic=out of cheese", 101, "it ended with exit code 101"),
        ("abort", 134, "it was killed by signal 6 (SIGABRT)"),
        ("run=kill -KILL $PPID", 137, "it was killed by signal 9 (SIGKILL)"),
    ];
    for (ending, code, end) in cases {
        let bot = waiting_bot!["spawn=exec sleep 300", "print-error=the body's own text", ending];
        let bot = bot.under(Condition::Limited(Resource::RLIMIT_CORE, 0));
        let launch = begin(bot.command()).finish();
        assert_eq!(launch.status.code(), Some(code), "{ending}: {launch:?}");
        assert_eq!(
            only_line_of_the_launcher(&launch),
            format!("builder: cannot start: {end} before it was ready")
        );
        assert!(launch.stderr.starts_with("the body's own text\n"), "{launch:?}");
        bot.await_no_trace();
    }
}

/// Waits until the body runs, ends the launcher by a signal, and expects nothing to be left.
#[track_caller]
fn assert_ends_with_its_launcher(bot: &Bot, signal: Signal) {
    let launching = begin(bot.command());
    let _ = bot.await_body();
    launching.signal(signal);
    assert_eq!(launching.finish().status.signal(), Some(signal as i32));
    bot.await_no_trace();
}

#[test]
fn everything_ends_with_a_waiting_launcher() {
    for signal in [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP, Signal::SIGKILL] {
        // The body's child ignores the signals.
        let bot = waiting_bot![r#"spawn=trap "" INT TERM HUP; echo $$ >note; sleep 300"#, "sleep"];
        assert_ends_with_its_launcher(&bot, signal);
    }
}

#[test]
fn everything_ends_when_ctrl_c_interrupts_the_launcher() {
    let bot =
        waiting_bot!["spawn=exec sleep 300", "print=waiting", "sleep"].under(Condition::Terminal);
    let mut terminal = Terminal::new();
    let mut command = bot.command();
    terminal.attach(&mut command);
    let launching = begin(command);
    terminal.await_screen("waiting\r\n");
    terminal.type_keys("\x03");
    assert_eq!(launching.finish().status.signal(), Some(Signal::SIGINT as i32));
    bot.await_no_trace();
}

#[test]
fn everything_ends_when_the_command_timeout_kills_the_launcher() {
    let bot = waiting_bot!["spawn=exec sleep 300", "sleep"];
    let launch = begin(bot.command_by(&["timeout", "1"])).finish();
    assert_eq!(launch.status.code(), Some(124), "`timeout` must end the launcher: {launch:?}");
    assert_eq!(launch.stderr, "");
    bot.await_no_trace();
}

#[test]
fn a_start_fails_when_its_session_leader_is_killed() {
    for supervision in ["restart=never", "restart=always"] {
        let bot = waiting_bot![supervision, "note=note", "sleep"];
        let launching = begin(bot.command());
        let leader = bot.await_body().stat().expect("the body waits").session;
        // Without its parent, no process would learn how the daemon ends.
        kill(Pid::from_raw(leader), Signal::SIGKILL).expect("the session leader runs");
        let line = launching.finish().refusal("builder", 70);
        assert!(line.contains("a process of the start was killed"), "{line}");
        bot.await_no_trace();
    }
}

#[test]
fn sighup_before_ready_leaves_the_streams_alone() {
    let bot = waiting_bot![
        "reopen=true",
        "note=note",
        "await-in-body=gate",
        "print=early",
        "ready",
        "print=late",
        "sleep"
    ];
    let gate = Gate::closed(&bot.file("gate"));
    let launching = begin(bot.command());
    kill(bot.await_body().0, Signal::SIGHUP).expect("the body waits");
    gate.open();
    assert_started(launching, "early\n");
    let _daemon = bot.daemon();
    bot.await_text("out.log", "late\n");
}

#[test]
fn a_handler_installed_before_ready_runs_beside_ours() {
    let bot = Bot::new(env!("CARGO_BIN_EXE_waiter"));
    let daemon = bot.start_and_await("out.log", "listening\n");
    fs::rename(bot.file("out.log"), bot.file("out.log.old")).expect("the log");
    daemon.signal(Signal::SIGHUP);
    bot.await_text("out.log", "heard\n");
}

#[test]
fn the_launcher_waits_for_the_first_body_of_a_supervisor() {
    let bot =
        waiting_bot!["restart=always", "print=early", "note=note", "ready", "print=late", "sleep"];
    assert_started(begin(bot.command()), "early\n");
    let supervisor = bot.daemon();
    bot.await_text("out.log", "late\n");
    let body = bot.await_body();
    assert_eq!(body.stat().expect("the body sleeps").parent, supervisor.pid());
    supervisor.signal(Signal::SIGTERM);
    supervisor.assert_exits(0);
    bot.await_no_trace();
}

#[test]
fn a_first_body_that_ends_before_ready_is_not_restarted() {
    let cases = [
        ("print=at its end", 70, "it ended with exit code 0"),
        ("exit=7", 7, "it ended with exit code 7"),
        ("run=kill -KILL $PPID", 137, "it was killed by signal 9 (SIGKILL)"),
    ];
    let cases = cases.map(|case| ["restart=always", "restart-quickly=9"].map(|plan| (plan, case)));
    for (plan, (ending, code, end)) in cases.into_iter().flatten() {
        let bot = waiting_bot![plan, "spawn=exec sleep 300", "note=note", ending];
        let launch = begin(bot.command()).finish();
        assert_eq!(launch.status.code(), Some(code), "{ending}: {launch:?}");
        assert_eq!(
            only_line_of_the_launcher(&launch),
            format!("builder: cannot start: {end} before it was ready")
        );
        bot.await_no_trace();
        assert_eq!(bot.read("note").lines().count(), 1, "{plan}, {ending}");
    }
}

#[test]
fn supervisor_and_body_end_with_a_waiting_launcher() {
    for signal in [Signal::SIGINT, Signal::SIGKILL] {
        let bot = waiting_bot!["restart=always", "spawn=exec sleep 300", "note=note", "sleep"];
        assert_ends_with_its_launcher(&bot, signal);
    }
}

#[test]
fn the_pid_file_names_nobody_while_the_launcher_waits() {
    for left in ["", "2147483647\n"] {
        let (bot, gate) = bot_at_a_gate();
        fs::write(bot.pid_file(), left).expect("a PID file that an earlier bot left");
        let launching = begin(bot.command());
        let body = bot.await_body();
        assert!(lock::is_held(&bot.pid_file()));
        let text = bot.read("builder.pid");
        assert!(text.chars().all(|digit| digit == '0'), "{text}");
        gate.open();
        assert_started(launching, "early\n");
        let daemon = bot.daemon();
        assert_eq!(daemon.process, body);
        assert!(lock::is_held(&bot.pid_file()));
    }
}
