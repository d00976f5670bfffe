//! As PID 1 of a container a bot is two processes: an init, and the body as its child.

use std::fmt::Write;
use std::fs::File;
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use tests::bot::{Bot, begin, word};
use tests::files::set_mode;
use tests::launch::Launching;
use tests::lock::Gate;
use tests::manager::Manager;
use tests::need::{self, AS_PID_1, NOBODY_ELSE};
use tests::process::Process;
use tests::signals::{STANDARD, bit};
use tests::terminal::Terminal;
use tests::{bot, lock, wait};

/// A bot that stays in its start directory, where the tests find its notes.
macro_rules! noted_bot {
    ($($word:expr),* $(,)?) => { bot!["chdir=false", $($word),*] };
}

/// The bot's two processes, as seen from outside the namespace.
#[derive(Clone, Copy, Debug)]
struct Pair {
    init: Process,
    body: Process,
}

/// Waits for the note of the body, and returns the two processes.
#[track_caller]
fn await_pair(bot: &Bot) -> Pair {
    let body = bot.await_body().0;
    let numbered = |pid: i32| {
        let is_it = |process: &Process| process.is_in_namespace_as(pid);
        bot.processes().into_iter().find(is_it).expect("the process runs in a namespace")
    };
    Pair { init: numbered(1), body: numbered(body.as_raw()) }
}

fn run(bot: &Bot) -> (Launching, Pair) {
    let launching = begin(bot.command_by(&AS_PID_1));
    (launching, await_pair(bot))
}

#[test(needs = need::pid_namespace)]
fn the_body_is_a_child_of_pid_1_with_default_signals() {
    let bot = noted_bot!["print-is-daemon", "note=note", "sleep"];
    let (launching, pair) = run(&bot);
    assert_eq!(pair.init.children(), [pair.body]);
    let (init, body) = (pair.init.stat().expect("init"), pair.body.stat().expect("the body"));
    assert_eq!(
        (body.session, body.group),
        (init.session, init.group),
        "both must be in the terminal's group"
    );
    assert_eq!(pair.body.signals("SigBlk"), 0);
    assert_eq!(pair.body.signals("SigIgn") & STANDARD, bit(Signal::SIGPIPE));
    for process in [pair.init, pair.body] {
        assert_eq!(process.status("Threads"), "1");
    }
    kill(pair.body.0, Signal::SIGKILL).expect("the process runs");
    assert_eq!(launching.finish().stdout, "false\n");
}

#[test(needs = need::pid_namespace)]
fn inherited_ignored_signals_stay_ignored_in_the_body() {
    for ignored in [Signal::SIGHUP, Signal::SIGCHLD] {
        let bot = noted_bot!["note=note", "sleep"];
        let ignore = format!("--ignore-signal={}", ignored.as_str().trim_start_matches("SIG"));
        let launching = begin(bot.command_by(&[&AS_PID_1[..], &["env", &ignore]].concat()));
        let pair = await_pair(&bot);
        let expected = bit(Signal::SIGPIPE) | bit(ignored);
        assert_eq!(pair.body.signals("SigIgn") & STANDARD, expected);
        kill(pair.init.0, Signal::SIGTERM).expect("the process runs");
        assert_eq!(launching.finish().status.code(), Some(143), "{ignored}");
    }
}

#[test(needs = need::pid_namespace)]
fn pid_1_holds_the_pid_file_and_removes_it() {
    for ending in [Signal::SIGTERM, Signal::SIGKILL] {
        let bot = noted_bot!["note=note", "sleep"];
        let (launching, pair) = run(&bot);
        assert_eq!(bot.read("builder.pid"), "1\n");
        let holds = |process: Process| {
            let numbers: Vec<_> = process.descriptors().into_keys().collect();
            numbers.into_iter().any(|number| process.has_open(number, &bot.pid_file()))
        };
        assert!(holds(pair.init) && !holds(pair.body) && lock::is_held(&bot.pid_file()));
        assert!(pair.body.descriptors().into_keys().eq(0..=2), "{:?}", pair.body.descriptors());
        kill(pair.body.0, ending).expect("the process runs");
        assert_eq!(launching.finish().status.code(), Some(128 + ending as i32));
        assert!(!bot.pid_file().exists());
    }
}

#[test(needs = need::pid_namespace)]
fn pid_1_keeps_none_of_the_bodys_descriptors() {
    let bot = noted_bot!["open=opened", "note=note", "sleep"];
    File::create(bot.file("opened")).expect("a file");
    let manager = Manager::at_path(&bot);
    let _launching = begin(manager.tell(bot.command_by(&AS_PID_1)));
    let pair = await_pair(&bot);
    let opened = bot.file("opened");
    let has = |process: Process| {
        process.descriptors().values().any(|descriptor| descriptor.target == opened)
    };
    assert!(has(pair.body));
    wait::until("the init to close it", || !has(pair.init));
    // Standard streams, PID file, signals, the manager's socket, and the channel to the body.
    assert_eq!(pair.init.descriptors().len(), 7, "{:?}", pair.init.descriptors());
}

#[test(needs = need::pid_namespace)]
fn pid_1_exits_with_the_code_of_the_body() {
    let endings = [
        ("exit=0", 0),
        ("exit=7", 7),
        ("panic=out of cheese", 101),
        ("abort", 134),
        ("kill-self=SIGKILL", 137),
        ("kill-self=SIGTERM", 143),
    ];
    for (ending, code) in endings {
        let bot = noted_bot![ending];
        let launch = begin(bot.command_by(&AS_PID_1)).finish();
        assert_eq!(launch.status.code(), Some(code), "{ending}: {launch:?}");
        assert!(!bot.pid_file().exists(), "{ending}");
    }
}

#[test(needs = need::pid_namespace)]
fn a_failed_start_is_reported_as_elsewhere() {
    let bot = noted_bot!["chdir=missing"];
    let line = bot.refused_by(bot.command_by(&AS_PID_1), 78);
    assert!(line.contains("missing: No such file or directory"), "{line}");
}

/// Not noticeable for a person. A container engine waits ten seconds before it kills.
const AT_ONCE: Duration = Duration::from_millis(50);

#[test(needs = need::pid_namespace)]
fn a_request_to_end_is_obeyed_at_once() {
    let mut times = Vec::new();
    for signal in [Signal::SIGTERM, Signal::SIGINT].into_iter().cycle().take(10) {
        let bot = noted_bot!["note=note", "sleep"];
        let (launching, pair) = run(&bot);
        let asked = Instant::now();
        kill(pair.init.0, signal).expect("the process runs");
        let launch = launching.finish();
        times.push(asked.elapsed());
        assert_eq!(launch.status.code(), Some(128 + signal as i32), "{launch:?}");
    }
    // Single tries may be slow on a busy machine.
    assert!(times.iter().min() < Some(&AT_ONCE), "{times:?}");
}

#[test(needs = need::pid_namespace)]
fn every_signal_is_passed_on_once() {
    let bot = noted_bot!["note=note", "hear-all=out"];
    let (_launching, pair) = run(&bot);
    bot.await_text("out", "listening\n");
    let mut expected = String::from("listening\n");
    // 40 and 64 are realtime signals, which have no names.
    for number in [1, 2, 3, 10, 12, 13, 14, 15, 23, 28, 40, 64] {
        let killed =
            Command::new("kill").args([format!("-{number}"), pair.init.0.to_string()]).status();
        assert!(killed.expect("kill").success());
        writeln!(expected, "{number}").expect("a line");
        bot.await_text("out", &expected);
    }
}

#[test(needs = need::pid_namespace)]
fn all_messages_to_the_manager_come_from_pid_1() {
    let bot = noted_bot![
        "wait_ready=true",
        "note=note",
        "await-in-body=gate",
        "notify=STATUS=loading",
        "ready",
        "notify=STATUS=up"
    ];
    let gate = Gate::closed(&bot.file("gate"));
    let manager = Manager::at_path(&bot);
    manager.identify_senders();
    let launching = begin(manager.tell(bot.command_by(&AS_PID_1)));
    let Pair { init, .. } = await_pair(&bot);
    gate.open();
    assert!(launching.finish().status.success());
    let said = ["STATUS=loading", "READY=1", "STATUS=up", "STOPPING=1"];
    let expected = said.map(|message| (message.to_owned(), init));
    assert_eq!(manager.heard_from(), expected);
}

#[test(needs = need::pid_namespace)]
fn a_reload_is_reported_by_pid_1() {
    let bot = noted_bot!["reopen=true", "note=note", "sleep"];
    let manager = Manager::at_path(&bot);
    let _launching = begin(manager.tell(bot.command_by(&AS_PID_1)));
    let Pair { init, .. } = await_pair(&bot);
    assert_eq!(manager.await_message(), "READY=1");
    kill(init.0, Signal::SIGHUP).expect("the process runs");
    assert!(manager.await_message().starts_with("RELOADING=1\n"));
    assert_eq!(manager.await_message(), "READY=1");
}

#[test(needs = need::pid_namespace)]
fn the_body_knows_the_watchdog_of_pid_1() {
    let bot = noted_bot!["print-watchdog"];
    let manager = Manager::at_path(&bot);
    for (pid, answer) in [("1", "Some(1s)\n"), ("7", "None\n")] {
        let mut command = manager.tell(bot.command_by(&AS_PID_1));
        command.env("WATCHDOG_USEC", "2000000").env("WATCHDOG_PID", pid);
        assert_eq!(begin(command).finish().stdout, answer, "{pid}");
    }
}

#[test(needs = need::pid_namespace)]
fn passed_descriptors_are_for_the_body() {
    let bot = noted_bot![r#"run=test "$LISTEN_PID" = 2"#];
    let mut command = bot.command_by(&AS_PID_1);
    command.env("LISTEN_PID", "1").env("LISTEN_FDS", "1");
    let launch = begin(command).finish();
    assert!(launch.status.success(), "{launch:?}");
}

#[test(needs = need::pid_namespace)]
fn a_thousand_orphans_are_reaped() {
    let orphans = "i=0; while [ $i -lt 1000 ]; do (true &); i=$((i+1)); done";
    let bot = noted_bot![word("run", orphans.as_ref()), "note=note", "sleep"];
    let (_launching, pair) = run(&bot);
    wait::until("the last orphan to be reaped", || pair.init.children() == [pair.body]);
    assert!(pair.body.is_alive());
}

#[test(needs = need::pid_namespace)]
fn orphans_are_reaped_whatever_ends_them() {
    let bot = noted_bot!["run=sleep 300 & sleep 300 & exit", "note=note", "sleep"];
    let (_launching, pair) = run(&bot);
    let orphans = || -> Vec<Process> {
        pair.init.children().into_iter().filter(|&child| child != pair.body).collect()
    };
    let two = wait::for_some("two orphans", || <[Process; 2]>::try_from(orphans()).ok());
    kill(two[0].0, Signal::SIGKILL).expect("the process runs");
    // By a realtime signal, which has no name.
    let killed = Command::new("kill").args(["-40", &two[1].0.to_string()]).status();
    assert!(killed.expect("kill").success());
    wait::until("the orphans to be reaped", || orphans().is_empty());
    assert!(pair.init.is_alive() && pair.body.is_alive());
}

#[test(needs = need::pid_namespace)]
fn pid_1_does_not_reap_the_bodys_own_children() {
    let bot = noted_bot!["run-and-wait-late=exit 0", "note=note", "sleep"];
    let (_launching, pair) = run(&bot);
    assert!(pair.body.is_alive());
}

#[test(needs = hidden_proc)]
fn orphans_are_reaped_without_proc() {
    let bot = noted_bot!["run=sleep 300 & exit", "note=note", "sleep"];
    let hidden = [&AS_PID_1[..], &["sh", "-c", HIDE_PROC, "sh"]].concat();
    let _launching = begin(bot.command_by(&hidden));
    let pair = await_pair(&bot);
    let orphans = || pair.init.children().into_iter().filter(|&child| child != pair.body);
    let orphan = wait::for_some("the orphan", || orphans().next());
    kill(orphan.0, Signal::SIGKILL).expect("the process runs");
    wait::until("the orphan to be reaped", || orphans().next().is_none());
}

const HIDE_PROC: &str = r#"mount -t tmpfs none /proc && exec "$@""#;

fn hidden_proc() -> need::Need {
    let hidden = [&AS_PID_1[..], &["sh", "-c", HIDE_PROC, "sh", "true"]].concat();
    need::command("a PID and a mount namespace", &hidden)
}

#[test(needs = need::pid_namespace)]
fn with_threads_there_is_no_init_and_a_warning() {
    let bot = noted_bot!["thread", "note=note", "sleep"];
    let launching = begin(bot.command_by(&AS_PID_1));
    bot.await_text("note", "1\n");
    let is_first = |process: &Process| process.is_in_namespace_as(1);
    let first = bot.processes().into_iter().find(is_first).expect("the bot runs as PID 1");
    assert_eq!(first.children(), []);
    kill(first.0, Signal::SIGKILL).expect("the process runs");
    let launch = launching.finish();
    let expected = "builder: cannot fork an init: more than one thread is running, or they cannot \
                    be counted; unless the container has one, orphans are not reaped, and SIGTERM \
                    ends the program only if it handles it\n";
    assert!(launch.stderr.starts_with(expected), "{launch:?}");
}

#[test(needs = root_and_namespace)]
fn after_a_failed_fork_there_is_no_init_and_a_warning() {
    let bot = noted_bot!["print=up", "note=note"];
    set_mode(bot.start_directory(), 0o777);
    drop(bot.command_of_copy());
    let script = r#"shift; exec prlimit --nproc=1 ./builder "$@""#;
    let mut command = bot.command_by(&[&AS_PID_1[..], &["sh", "-c", script, "sh"]].concat());
    command.uid(NOBODY_ELSE);
    let launch = begin(command).finish();
    assert!(launch.status.success(), "{launch:?}");
    assert_eq!((launch.stdout.as_str(), bot.read("note").as_str()), ("up\n", "1\n"));
    let line = "builder: cannot fork an init: Resource temporarily unavailable";
    assert!(launch.stderr.starts_with(line) && launch.stderr.lines().count() == 1, "{launch:?}");
}

fn root_and_namespace() -> need::Need {
    let mine = need::root();
    if mine.missing().is_some() { mine } else { need::pid_namespace() }
}

#[test(needs = root_and_namespace)]
fn both_processes_drop_their_privileges() {
    let bot = noted_bot!["uid=61234", "gid=61234", "pid_file=false", "note=note", "sleep"];
    set_mode(bot.start_directory(), 0o777);
    let as_root = ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child"];
    let launching = begin(bot.command_by(&as_root));
    let pair = await_pair(&bot);
    for process in [pair.init, pair.body] {
        assert_eq!(process.status("Uid"), "61234\t61234\t61234\t61234");
    }
    kill(pair.init.0, Signal::SIGTERM).expect("the process runs");
    assert_eq!(launching.finish().status.code(), Some(143));
}

/// Starts the bot as `docker run -it` does: as PID 1 and as leader of the terminal's session.
fn run_at(terminal: &Terminal, bot: &Bot) -> Launching {
    let mut command = bot.command_by(&[&AS_PID_1[..], &["setsid", "--ctty"]].concat());
    terminal.attach(&mut command);
    begin(command)
}

#[test(needs = need::pid_namespace)]
fn the_body_reads_from_the_terminal() {
    let bot = noted_bot!["run=read -r line && echo \"got $line\"", "note=note"];
    let mut terminal = Terminal::new();
    let launching = run_at(&terminal, &bot);
    terminal.type_keys("a line\n");
    terminal.await_screen("got a line");
    assert!(launching.finish().status.success());
}

#[test(needs = need::pid_namespace)]
fn signals_of_keys_reach_the_body_once() {
    for (key, number) in [("\x03", 2), ("\x1c", 3)] {
        let bot = noted_bot!["note=note", "hear-all=out"];
        let mut terminal = Terminal::new();
        let _launching = run_at(&terminal, &bot);
        let pair = await_pair(&bot);
        bot.await_text("out", "listening\n");
        terminal.type_keys(key);
        bot.await_text("out", &format!("listening\n{number}\n"));
        // A second signal, passed on by PID 1, would arrive before this one.
        kill(pair.init.0, Signal::SIGUSR1).expect("the process runs");
        bot.await_text("out", &format!("listening\n{number}\n10\n"));
    }
}

#[test(needs = need::pid_namespace)]
fn ctrl_c_ends_the_body() {
    let bot = noted_bot!["note=note", "sleep"];
    let mut terminal = Terminal::new();
    let launching = run_at(&terminal, &bot);
    let _pair = await_pair(&bot);
    terminal.type_keys("\x03");
    assert_eq!(launching.finish().status.code(), Some(130));
}

#[test(needs = need::pid_namespace)]
fn a_hang_up_ends_the_body() {
    let bot = noted_bot!["note=note", "sleep"];
    let terminal = Terminal::new();
    let launching = run_at(&terminal, &bot);
    let _pair = await_pair(&bot);
    drop(terminal);
    assert_eq!(launching.finish().status.code(), Some(129));
}

#[test(needs = need::pid_namespace)]
fn ctrl_z_does_not_stop_the_body() {
    let bot = noted_bot!["note=note", "sleep"];
    let mut terminal = Terminal::new();
    let launching = run_at(&terminal, &bot);
    let _pair = await_pair(&bot);
    // Nothing would continue a stopped body.
    terminal.type_keys("\x1a");
    terminal.await_screen("^Z");
    terminal.type_keys("\x03");
    assert_eq!(launching.finish().status.code(), Some(130));
}
