//! Log rotation: the log is renamed, and SIGHUP makes the bot reopen it. No line is lost, whatever
//! is in the log's place.

use std::fs::{self, OpenOptions};
use std::mem;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use nix::libc;
use nix::sys::signal::Signal;
use nix::sys::stat::Mode;
use nix::sys::wait::WaitStatus;
use nix::unistd::mkfifo;
use tests::bot::{Bot, begin, word};
use tests::condition::Condition;
use tests::daemon::Daemon;
use tests::files::{give_away, set_mode};
use tests::lock::Gate;
use tests::need::{self, NOBODY_ELSE, Need};
use tests::{bot, wait};

/// Rotates a log as logrotate does. A bot that waits at a gate handles the signal before it passes
/// the gate, so it already writes to the new log then.
fn rotate(bot: &Bot, daemon: &Daemon, log: &str) {
    fs::rename(bot.file(log), bot.file(format!("{log}.old"))).expect("the log");
    daemon.signal(Signal::SIGHUP);
}

#[test]
fn both_streams_move_to_the_new_log() {
    let bot = bot![
        "chdir=false",
        "redirect=out.log",
        "reopen=true",
        "print=old",
        "await-in-body=gate",
        "print=new",
        "print-error=error",
        "sleep"
    ];
    let gate = Gate::closed(&bot.file("gate"));
    let daemon = bot.start_and_await("out.log", "old\n");
    rotate(&bot, &daemon, "out.log");
    gate.open();
    bot.await_text("out.log", "new\nerror\n");
    assert_eq!(bot.read("out.log.old"), "old\n");
}

#[test]
fn separate_streams_move_to_their_new_logs() {
    let bot = bot![
        "chdir=false",
        "stdout=out.log",
        "stderr=error.log",
        "reopen=true",
        "print=old",
        "print-error=old"
    ];
    let bot = bot.words(
        ["await-in-body=gate", "print=new", "print-error=new error", "sleep"].map(Into::into),
    );
    let gate = Gate::closed(&bot.file("gate"));
    let daemon = bot.start_and_await("error.log", "old\n");
    fs::rename(bot.file("error.log"), bot.file("error.log.old")).expect("the other log");
    rotate(&bot, &daemon, "out.log");
    gate.open();
    bot.await_text("error.log", "new error\n");
    assert_eq!(
        ["out.log", "out.log.old", "error.log.old"].map(|log| bot.read(log)),
        ["new\n", "old\n", "old\n"]
    );
}

#[test]
fn reopening_one_streams_log_leaves_the_other_alone() {
    let bot = bot!["stderr=error.log", "reopen=true", "print-error=old", "sleep"];
    let daemon = bot.start_and_await("error.log", "old\n");
    rotate(&bot, &daemon, "error.log");
    bot.await_text("error.log", "");
    wait::until("the new log to be open", || daemon.process.has_open(2, &bot.file("error.log")));
    assert!(daemon.process.has_open(1, Path::new("/dev/null")));
}

#[test]
fn a_deleted_log_is_created_again() {
    let bot = bot![
        "chdir=false",
        "redirect=out.log",
        "reopen=true",
        "await-in-body=gate",
        "print=new",
        "sleep"
    ];
    let gate = Gate::closed(&bot.file("gate"));
    let daemon = bot.start();
    fs::remove_file(bot.file("out.log")).expect("the log");
    daemon.signal(Signal::SIGHUP);
    gate.open();
    bot.await_text("out.log", "new\n");
}

#[test]
fn the_target_of_a_symbolic_link_is_created_again() {
    let bot = bot![
        "chdir=false",
        "redirect=link.log",
        "reopen=true",
        "await-in-body=gate",
        "print=new",
        "sleep"
    ];
    symlink("real.log", bot.file("link.log")).expect("a link");
    let gate = Gate::closed(&bot.file("gate"));
    let daemon = bot.start();
    rotate(&bot, &daemon, "real.log");
    gate.open();
    bot.await_text("real.log", "new\n");
    assert!(bot.file("link.log").is_symlink());
}

#[test]
fn a_reopened_log_is_opened_like_the_first() {
    let bot = bot!["redirect=out.log", "reopen=true", "umask=027", "print=up", "sleep"];
    let daemon = bot.start_and_await("out.log", "up\n");
    let before = daemon.process.descriptors();
    rotate(&bot, &daemon, "out.log");
    wait::until("the new log to be open", || {
        (1..=2).all(|number| daemon.process.has_open(number, &bot.file("out.log")))
    });
    let after = daemon.process.descriptors();
    assert_eq!(before.len(), after.len(), "{after:?}");
    for number in 1..=2 {
        assert_eq!(before[&number].flags, after[&number].flags, "descriptor {number}");
    }
    assert_eq!(bot.mode("out.log"), 0o640);
}

const ROTATIONS: usize = 100;

#[test]
fn a_hundred_rotations_lose_no_line_of_eight_threads() {
    let bot = Bot::new(env!("CARGO_BIN_EXE_writer"));
    let gate = Gate::closed(&bot.file("gate"));
    let daemon = bot.start();
    let await_lines = || {
        wait::until("lines to be in the log", || {
            fs::metadata(bot.file("out.log")).is_ok_and(|log| log.len() > 0)
        });
    };
    await_lines();
    let descriptors = daemon.process.descriptors().len();
    let old_logs: Vec<PathBuf> =
        (0..ROTATIONS).map(|rotation| bot.file(format!("out.log.{rotation}"))).collect();
    for old_log in &old_logs {
        await_lines();
        fs::rename(bot.file("out.log"), old_log).expect("the log");
        daemon.signal(Signal::SIGHUP);
    }
    await_lines();
    // The bot may have the gate open, too.
    assert!(daemon.process.descriptors().len() <= descriptors + 1);
    gate.open();
    daemon.assert_exits(0);
    let logs = old_logs.into_iter().chain([bot.file("out.log")]);
    assert_complete(&logs.map(|log| fs::read_to_string(log).expect("a log")).collect::<String>());
}

/// Expects that each thread's lines are numbered without a gap up to its end.
fn assert_complete(logs: &str) {
    let mut lines_of = [0; 8];
    let mut ended = [false; 8];
    for line in logs.lines() {
        let (writer, text) = line.split_once(' ').unwrap_or_else(|| panic!("torn: {line:?}"));
        let writer: usize = writer.parse().unwrap_or_else(|_| panic!("torn: {line:?}"));
        if text == "end" {
            ended[writer] = true;
        } else {
            assert_eq!(text, lines_of[writer].to_string(), "the next line of thread {writer}");
            lines_of[writer] += 1;
        }
    }
    assert!(
        lines_of.iter().all(|&lines| lines > 20_000) && ended == [true; 8],
        "{lines_of:?} {ended:?}"
    );
}

#[test]
fn the_old_log_stays_open_until_the_new_one_can_be_opened() {
    assert_keeps_the_old_log("No such file or directory", |log| {
        fs::remove_dir(log.parent().expect("a directory")).expect("empty");
    });
    assert_keeps_the_old_log("Is a directory", |log| fs::create_dir(log).expect("a directory"));
    assert_keeps_the_old_log("No such file or directory", |log| {
        symlink("missing/out.log", log).expect("a link");
    });
    assert_keeps_the_old_log("Too many levels of symbolic links", |log| {
        symlink("out.log", log).expect("a link");
    });
    assert_keeps_the_old_log("No such device or address", |log| {
        mkfifo(log, Mode::S_IRWXU).expect("a pipe");
    });
    assert_keeps_the_old_log("not a regular file", |log| {
        mkfifo(log, Mode::S_IRWXU).expect("a pipe");
        let reader = OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK).open(log);
        mem::forget(reader.expect("the pipe can be opened"));
    });
}

#[test(needs = need::ordinary_user)]
fn the_old_log_stays_open_in_an_unwritable_directory() {
    assert_keeps_the_old_log("Permission denied", |log| {
        let directory = log.parent().expect("a directory");
        set_mode(directory, 0o555);
    });
}

/// The line in the old log when the new one cannot be opened.
fn complaint(log: &Path, why: &str) -> String {
    format!(
        "builder: cannot reopen the log {}: {why}; writing goes on in this file\n",
        log.display()
    )
}

/// Puts an obstacle in the log's place, and removes it again. The bot writes to its old log
/// meanwhile, and complains only once.
fn assert_keeps_the_old_log(why: &str, put_obstacle: fn(&Path)) {
    let bot = bot![
        "chdir=false",
        "redirect=logs/out.log",
        "reopen=true",
        "await-in-body=first",
        "print=kept"
    ];
    let bot = bot.words(["await-in-body=second", "print=recovered", "sleep"].map(Into::into));
    let [logs, log] = ["logs", "logs/out.log"].map(|name| bot.file(name));
    let [first, second] = ["first", "second"].map(|name| Gate::closed(&bot.file(name)));
    fs::create_dir(&logs).expect("a directory");
    let daemon = bot.start();
    fs::rename(&log, bot.file("old.log")).expect("the log");
    put_obstacle(&log);
    daemon.signal(Signal::SIGHUP);
    bot.await_text("old.log", &complaint(&log, why));
    daemon.signal(Signal::SIGHUP);
    first.open();
    let old = complaint(&log, why) + "kept\n";
    bot.await_text("old.log", &old);
    // If a missing directory was the obstacle, there is nothing to remove.
    let _ = fs::remove_dir_all(&logs);
    fs::create_dir(&logs).unwrap_or_else(|error| panic!("{why}: {error}"));
    daemon.signal(Signal::SIGHUP);
    second.open();
    bot.await_text("logs/out.log", "recovered\n");
    assert_eq!(bot.read("old.log"), old);
}

#[test]
fn a_log_that_is_lost_again_is_reported_again() {
    let bot = bot!["chdir=false", "redirect=out.log", "reopen=true", "sleep"];
    let daemon = bot.start();
    let log = bot.file("out.log");
    for rotation in ["old.1", "old.2"] {
        fs::rename(&log, bot.file(rotation)).expect("the log");
        fs::create_dir(&log).expect("a directory");
        daemon.signal(Signal::SIGHUP);
        bot.await_text(rotation, &complaint(&log, "Is a directory"));
        fs::remove_dir(&log).expect("empty");
        daemon.signal(Signal::SIGHUP);
        wait::until("the new log to be open", || daemon.process.has_open(1, &log));
    }
}

#[test]
fn supervisor_and_body_report_a_lost_log_only_once() {
    let bot = bot![
        "chdir=false",
        "stdout=out.log",
        "stderr=error.log",
        "reopen=true",
        "restart=on-failure",
        "sleep"
    ];
    let daemon = bot.start();
    let body = wait::for_some("the body to run", || daemon.process.children().pop());
    let log = bot.file("out.log");
    fs::rename(&log, bot.file("old.log")).expect("the log");
    fs::create_dir(&log).expect("a directory");
    fs::rename(bot.file("error.log"), bot.file("error.old")).expect("the other log");
    daemon.signal(Signal::SIGHUP);
    // The bot reopens this log after the other one.
    wait::until("the body to open its new log", || body.has_open(2, &bot.file("error.log")));
    assert_eq!(bot.read("old.log"), complaint(&log, "Is a directory"));
}

#[test]
fn without_reopen_sighup_ends_the_bot() {
    for option in ["reopen=false", "umask=022"] {
        let bot = bot!["redirect=out.log", option, "sleep"];
        let daemon = bot.start();
        let pid = daemon.process.0;
        daemon.signal(Signal::SIGHUP);
        assert_eq!(daemon.end(), WaitStatus::Signaled(pid, Signal::SIGHUP, false), "{option}");
    }
}

#[test]
fn sighup_works_although_it_was_ignored_or_blocked() {
    for condition in [Condition::Ignored(Signal::SIGHUP), Condition::Blocked] {
        let bot = bot!["redirect=out.log", "reopen=true", "sleep"].under(condition);
        let daemon = bot.start();
        rotate(&bot, &daemon, "out.log");
        wait::until("the new log to be open", || daemon.process.has_open(1, &bot.file("out.log")));
    }
}

#[test]
fn after_wait_ready_the_log_is_reopened_too() {
    let bot = bot![
        "chdir=false",
        "redirect=out.log",
        "reopen=true",
        "wait_ready=true",
        "ready",
        "print=old"
    ];
    let bot = bot.words(["await-in-body=gate", "print=new", "sleep"].map(Into::into));
    let gate = Gate::closed(&bot.file("gate"));
    let daemon = bot.start_and_await("out.log", "old\n");
    rotate(&bot, &daemon, "out.log");
    gate.open();
    bot.await_text("out.log", "new\n");
}

#[test]
fn children_neither_block_nor_ignore_sighup() {
    let bot =
        bot!["redirect=out.log", "reopen=true", "spawn=exec sleep 300", "print=spawned", "sleep"];
    let daemon = bot.start_and_await("out.log", "spawned\n");
    let child = wait::for_some("the child to run", || daemon.process.children().pop());
    assert!(!child.withholds(Signal::SIGHUP));
}

#[test]
fn a_handler_of_signal_hook_runs_beside_ours() {
    assert_runs_beside_ours("signal-hook");
}

#[test]
fn a_handler_of_tokio_runs_beside_ours() {
    assert_runs_beside_ours("tokio");
}

fn assert_runs_beside_ours(library: &str) {
    let bot = Bot::new(env!("CARGO_BIN_EXE_listener")).words([library.into()]);
    let daemon = bot.start_and_await("out.log", "listening\n");
    for rotation in 1..=3 {
        rotate(&bot, &daemon, "out.log");
        wait::until(&format!("rotation {rotation}"), || {
            fs::read(bot.file("out.log")).is_ok_and(|log| log == b"heard\n")
        });
    }
}

#[test]
fn one_signal_cannot_stop_and_reopen() {
    for more in ["restart=never", "restart=always", "when=false"] {
        let line = bot!["redirect=out.log", "reopen=true", "stop_signal=SIGHUP", more].refused(64);
        assert!(line.contains("set `stop_signal` to another signal"), "{line}");
    }
}

#[test(needs = need::root)]
fn a_log_outside_the_new_root_is_refused() {
    let bot = bot!["chroot=jail", "redirect=out.log", "reopen=true", "sleep"];
    fs::create_dir(bot.file("jail")).expect("a directory");
    let line = bot.refused(64);
    assert!(line.contains("`reopen` needs a log inside `chroot`"), "{line}");
}

#[test(needs = need::root)]
fn under_a_new_root_the_log_is_reopened() {
    let bot = bot![
        "chroot=jail",
        "redirect=jail/out.log",
        "reopen=true",
        "print=old",
        "await-in-body=gate",
        "print=new"
    ];
    let bot = bot.words(["sleep".into()]);
    fs::create_dir(bot.file("jail")).expect("a directory");
    let gate = Gate::closed(&bot.file("jail/gate"));
    let daemon = bot.start_and_await("jail/out.log", "old\n");
    rotate(&bot, &daemon, "jail/out.log");
    gate.open();
    bot.await_text("jail/out.log", "new\n");
    assert_eq!(bot.read("jail/out.log.old"), "old\n");
}

/// A bot that drops its privileges, and whose user owns the directory of its log.
fn bot_without_privileges() -> Bot {
    let id = NOBODY_ELSE;
    let bot =
        bot![format!("uid={id}"), format!("gid={id}"), "redirect=logs/out.log", "reopen=true"];
    set_mode(bot.start_directory(), 0o755);
    fs::create_dir(bot.file("logs")).expect("a directory");
    give_away(bot.file("logs"), id);
    bot
}

#[test(needs = need::root)]
fn after_a_privilege_drop_the_log_is_reopened() {
    let bot = bot_without_privileges().words(["sleep".into()]);
    let daemon = bot.start();
    rotate(&bot, &daemon, "logs/out.log");
    wait::until("the new log to be open", || daemon.process.has_open(1, &bot.file("logs/out.log")));
    assert_eq!(fs::metadata(bot.file("logs/out.log")).expect("the log").uid(), NOBODY_ELSE);
}

#[test(needs = need::root)]
fn after_a_privilege_drop_no_link_is_followed() {
    let bot = bot_without_privileges();
    let gate_path = bot.file("gate");
    let bot = bot.words([word("await-in-body", &gate_path), "print=kept".into(), "sleep".into()]);
    let gate = Gate::closed(&gate_path);
    let daemon = bot.start();
    fs::rename(bot.file("logs/out.log"), bot.file("logs/old.log")).expect("the log");
    symlink("elsewhere", bot.file("logs/out.log")).expect("a link");
    daemon.signal(Signal::SIGHUP);
    gate.open();
    let why = "it is a symbolic link";
    bot.await_text("logs/old.log", &(complaint(&bot.file("logs/out.log"), why) + "kept\n"));
    assert!(!bot.file("logs/elsewhere").exists());
}

fn logrotate() -> Need {
    need::command("logrotate", &["logrotate", "--version"])
}

#[test(needs = logrotate)]
fn logrotate_can_rotate_the_log() {
    let bot = bot![
        "chdir=false",
        "redirect=out.log",
        "reopen=true",
        "print=old",
        "await-in-body=gate",
        "print=new",
        "sleep"
    ];
    let gate = Gate::closed(&bot.file("gate"));
    let _daemon = bot.start_and_await("out.log", "old\n");
    let [log, pid_file, rules] = [bot.file("out.log"), bot.pid_file(), bot.file("rules")];
    let hangup = format!("kill -HUP $(cat {})", pid_file.display());
    let text = format!(
        "{} {{\n rotate 2\n nocreate\n postrotate\n {hangup}\n endscript\n}}\n",
        log.display()
    );
    fs::write(&rules, text).expect("a file");
    set_mode(&rules, 0o644);
    let mut logrotate = Command::new("logrotate");
    logrotate.arg("--force").arg("--state").arg(bot.file("state")).arg(&rules);
    logrotate.stdout(Stdio::piped()).stderr(Stdio::piped());
    let rotation = begin(logrotate).finish();
    assert!(rotation.status.success(), "{rotation:?}");
    gate.open();
    bot.await_text("out.log", "new\n");
    assert_eq!(bot.read("out.log.1"), "old\n");
}
