//! As PID 1 of a container the bot is two processes: an init, and the body, which lives as it does
//! anywhere else.

use std::fmt::Write;
use std::fs::{self, File, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use tests::bot::{Bot, begin, word};
use tests::launch::Launching;
use tests::lock::Gate;
use tests::manager::Manager;
use tests::need::{self, AS_PID_1, NOBODY_ELSE};
use tests::process::Process;
use tests::terminal::Terminal;
use tests::{bot, lock, wait};

/// A bot that leaves a note, and what it does afterwards. It runs as PID 1 of a namespace.
macro_rules! noted_bot {
    ($($word:expr),* $(,)?) => { bot!["chdir=false", $($word),*] };
}

/// The bot's two processes, seen from outside of the namespace.
#[derive(Clone, Copy, Debug)]
struct Pair {
    init: Process,
    body: Process,
}

/// Waits until the body has left its note, by `note=note`.
#[track_caller]
fn await_pair(bot: &Bot) -> Pair {
    let body = bot.await_body().0;
    let numbered = |number: i32| {
        let is_it = |process: &Process| process.status("NSpid").ends_with(&format!("\t{number}"));
        bot.processes().into_iter().find(is_it).expect("it runs in a namespace")
    };
    Pair { init: numbered(1), body: numbered(body.as_raw()) }
}

fn run(bot: &Bot) -> (Launching, Pair) {
    let launching = begin(bot.command_by(&AS_PID_1));
    (launching, await_pair(bot))
}

fn bit(signal: Signal) -> u64 {
    1 << (signal as i32 - 1)
}

#[test(needs = need::pid_namespace)]
fn the_body_is_a_child_of_pid_1_with_the_usual_signals() {
    let bot = noted_bot!["print-is-daemon", "note=note", "sleep"];
    let (launching, pair) = run(&bot);
    assert_eq!(pair.init.children(), [pair.body]);
    let (init, body) = (pair.init.stat().expect("init"), pair.body.stat().expect("the body"));
    assert_eq!((body.session, body.group), (init.session, init.group), "the terminal is for both");
    assert_eq!(pair.body.signals("SigBlk"), 0);
    assert_eq!(pair.body.signals("SigIgn") & 0x7fff_ffff, bit(Signal::SIGPIPE));
    for process in [pair.init, pair.body] {
        assert_eq!(process.status("Threads"), "1");
    }
    kill(pair.body.0, Signal::SIGKILL).expect("it runs");
    assert_eq!(launching.finish().stdout, "false\n");
}

#[test(needs = need::pid_namespace)]
fn what_was_ignored_stays_ignored_in_the_body() {
    for ignored in [Signal::SIGHUP, Signal::SIGCHLD] {
        let bot = noted_bot!["note=note", "sleep"];
        let ignore = format!("--ignore-signal={}", ignored.as_str().trim_start_matches("SIG"));
        let launching = begin(bot.command_by(&[&AS_PID_1[..], &["env", &ignore]].concat()));
        let pair = await_pair(&bot);
        let expected = bit(Signal::SIGPIPE) | bit(ignored);
        assert_eq!(pair.body.signals("SigIgn") & 0x7fff_ffff, expected);
        kill(pair.init.0, Signal::SIGTERM).expect("it runs");
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
        kill(pair.body.0, ending).expect("it runs");
        assert_eq!(launching.finish().status.code(), Some(128 + ending as i32));
        assert!(!bot.pid_file().exists());
    }
}

#[test(needs = need::pid_namespace)]
fn pid_1_has_nothing_open_that_the_body_may_close() {
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
    wait::until("an init without it", || !has(pair.init));
    // The streams, the PID file, the signals, the manager, and the body.
    assert_eq!(pair.init.descriptors().len(), 7, "{:?}", pair.init.descriptors());
}

#[test(needs = need::pid_namespace)]
fn it_ends_with_the_bodys_code() {
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
fn a_failed_start_is_told_as_elsewhere() {
    let bot = noted_bot!["chdir=missing"];
    let line = bot.refused_by(bot.command_by(&AS_PID_1), 78);
    assert!(line.contains("missing: No such file or directory"), "{line}");
}

/// A container engine waits ten seconds and more, and nobody likes to wait with it.
const AT_ONCE: Duration = Duration::from_millis(50);

#[test(needs = need::pid_namespace)]
fn a_request_to_end_is_obeyed_at_once() {
    let mut times = Vec::new();
    for signal in [Signal::SIGTERM, Signal::SIGINT].into_iter().cycle().take(10) {
        let bot = noted_bot!["note=note", "sleep"];
        let (launching, pair) = run(&bot);
        let asked = Instant::now();
        kill(pair.init.0, signal).expect("it runs");
        let launch = launching.finish();
        times.push(asked.elapsed());
        assert_eq!(launch.status.code(), Some(128 + signal as i32), "{launch:?}");
    }
    // The machine may be busy with other things, but not always.
    assert!(times.iter().min() < Some(&AT_ONCE), "{times:?}");
}

#[test(needs = need::pid_namespace)]
fn every_signal_is_passed_on_once() {
    let bot = noted_bot!["note=note", "hear-all=out"];
    let (_launching, pair) = run(&bot);
    bot.await_text("out", "listening\n");
    let mut expected = String::from("listening\n");
    // 40 is a realtime signal, which has no name.
    for number in [1, 2, 3, 10, 12, 13, 14, 15, 23, 28, 40, 64] {
        let killed =
            Command::new("kill").args([format!("-{number}"), pair.init.0.to_string()]).status();
        assert!(killed.expect("kill").success());
        writeln!(expected, "{number}").expect("a line");
        bot.await_text("out", &expected);
    }
}

#[test(needs = need::pid_namespace)]
fn the_manager_hears_everything_from_pid_1() {
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
fn a_reload_is_told_by_pid_1() {
    let bot = noted_bot!["reopen=true", "note=note", "sleep"];
    let manager = Manager::at_path(&bot);
    let _launching = begin(manager.tell(bot.command_by(&AS_PID_1)));
    let Pair { init, .. } = await_pair(&bot);
    assert_eq!(manager.await_message(), "READY=1");
    kill(init.0, Signal::SIGHUP).expect("it runs");
    assert!(manager.await_message().starts_with("RELOADING=1\n"));
    assert_eq!(manager.await_message(), "READY=1");
}

#[test(needs = need::pid_namespace)]
fn the_watchdog_of_pid_1_is_the_bodys() {
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
    wait::until("the last burial", || pair.init.children() == [pair.body]);
    assert!(pair.body.is_alive());
}

#[test(needs = need::pid_namespace)]
fn orphans_are_reaped_however_they_end() {
    let bot = noted_bot!["run=sleep 300 & sleep 300 & exit", "note=note", "sleep"];
    let (_launching, pair) = run(&bot);
    let orphans = || -> Vec<Process> {
        pair.init.children().into_iter().filter(|&child| child != pair.body).collect()
    };
    let two = wait::for_some("the orphans", || <[Process; 2]>::try_from(orphans()).ok());
    kill(two[0].0, Signal::SIGKILL).expect("it runs");
    // A realtime signal, which has no name.
    let killed = Command::new("kill").args(["-40", &two[1].0.to_string()]).status();
    assert!(killed.expect("kill").success());
    wait::until("the orphans' burial", || orphans().is_empty());
    assert!(pair.init.is_alive() && pair.body.is_alive());
}

#[test(needs = need::pid_namespace)]
fn the_body_waits_for_its_own_children_as_late_as_it_likes() {
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
    kill(orphan.0, Signal::SIGKILL).expect("it runs");
    wait::until("its burial", || orphans().next().is_none());
}

const HIDE_PROC: &str = r#"mount -t tmpfs none /proc && exec "$@""#;

fn hidden_proc() -> need::Need {
    let hidden = [&AS_PID_1[..], &["sh", "-c", HIDE_PROC, "sh", "true"]].concat();
    need::command("a PID namespace with mounts of its own", &hidden)
}

#[test(needs = need::pid_namespace)]
fn with_threads_it_stays_one_process_and_says_what_that_means() {
    let bot = noted_bot!["thread", "note=note", "sleep"];
    let launching = begin(bot.command_by(&AS_PID_1));
    bot.await_text("note", "1\n");
    let is_first = |process: &Process| process.status("NSpid").ends_with("\t1");
    let first = bot.processes().into_iter().find(is_first).expect("it runs");
    assert_eq!(first.children(), []);
    kill(first.0, Signal::SIGKILL).expect("it runs");
    let launch = launching.finish();
    let expected = "builder: cannot fork an init: more than one thread is running, or they cannot \
                    be counted; unless the container has one, orphans are not reaped, and SIGTERM \
                    ends the program only if it handles it\n";
    assert!(launch.stderr.starts_with(expected), "{launch:?}");
}

#[test(needs = root_and_namespace)]
fn without_room_for_a_second_process_it_stays_one_and_says_so() {
    let bot = noted_bot!["print=up", "note=note"];
    fs::set_permissions(bot.start_directory(), Permissions::from_mode(0o777)).expect("ours");
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
    fs::set_permissions(bot.start_directory(), Permissions::from_mode(0o777)).expect("ours");
    let as_root = ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child"];
    let launching = begin(bot.command_by(&as_root));
    let pair = await_pair(&bot);
    for process in [pair.init, pair.body] {
        assert_eq!(process.status("Uid"), "61234\t61234\t61234\t61234");
    }
    kill(pair.init.0, Signal::SIGTERM).expect("it runs");
    assert_eq!(launching.finish().status.code(), Some(143));
}

/// Starts the bot as `docker run -it` does: as PID 1 and leader of the terminal's session.
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
fn keys_reach_the_body_once() {
    for (key, number) in [("\x03", 2), ("\x1c", 3)] {
        let bot = noted_bot!["note=note", "hear-all=out"];
        let mut terminal = Terminal::new();
        let _launching = run_at(&terminal, &bot);
        let pair = await_pair(&bot);
        bot.await_text("out", "listening\n");
        terminal.type_keys(key);
        bot.await_text("out", &format!("listening\n{number}\n"));
        // Whatever PID 1 has passed on comes before this.
        kill(pair.init.0, Signal::SIGUSR1).expect("it runs");
        bot.await_text("out", &format!("listening\n{number}\n10\n"));
    }
}

#[test(needs = need::pid_namespace)]
fn keys_end_the_body() {
    let bot = noted_bot!["note=note", "sleep"];
    let mut terminal = Terminal::new();
    let launching = run_at(&terminal, &bot);
    let _pair = await_pair(&bot);
    terminal.type_keys("\x03");
    assert_eq!(launching.finish().status.code(), Some(130));
}

#[test(needs = need::pid_namespace)]
fn a_hang_up_reaches_the_body() {
    let bot = noted_bot!["note=note", "sleep"];
    let terminal = Terminal::new();
    let launching = run_at(&terminal, &bot);
    let _pair = await_pair(&bot);
    drop(terminal);
    assert_eq!(launching.finish().status.code(), Some(129));
}

#[test(needs = need::pid_namespace)]
fn the_key_that_stops_does_not_stop_the_body() {
    let bot = noted_bot!["note=note", "sleep"];
    let mut terminal = Terminal::new();
    let launching = run_at(&terminal, &bot);
    let _pair = await_pair(&bot);
    // Nobody would be there to continue it, and a stopped process does not end.
    terminal.type_keys("\x1a");
    terminal.await_screen("^Z");
    terminal.type_keys("\x03");
    assert_eq!(launching.finish().status.code(), Some(130));
}
