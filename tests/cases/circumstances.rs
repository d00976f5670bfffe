//! Machines in an unusual state. Some tests need a privilege or a tool to create that state.
//! Without it they are counted as ignored and name what they need.

use std::fs::{self, File};
use std::os::unix::process::CommandExt;

use nix::sys::resource::Resource;
use tests::bot::{Bot, begin};
use tests::condition::Condition;
use tests::files::{give_away, set_mode};
use tests::need::{self, NOBODY_ELSE, Need};
use tests::process::Process;
use tests::{bot, wait};

#[test(needs = need::mounts)]
fn a_start_works_where_proc_is_hidden() {
    let null = File::open("/dev/null").expect("the null device");
    let bot = Bot::new(env!("CARGO_BIN_EXE_attribute"));
    let bot = bot.under(Condition::open(null, 20)).under(Condition::Blocked);
    let daemon = bot.start_by(bot.command_after_mounting(need::HIDE_PROC));
    bot.await_text("out.log", "the body runs\n");
    assert_eq!(daemon.process.descriptors().len(), 4, "{:?}", daemon.process.descriptors());
    assert_eq!(daemon.process.signals("SigBlk"), 0);
    let line = begin(bot.command_after_mounting(need::HIDE_PROC)).finish().refusal("attribute", 75);
    assert!(line.contains(&format!("already running with PID {}", daemon.pid())), "{line}");
}

#[test(needs = need::mounts)]
fn without_a_null_device_the_start_fails() {
    let bot = bot!["sleep"];
    let line = bot.refused_by(bot.command_after_mounting("mount -t tmpfs none /dev"), 72);
    assert!(line.contains("/dev/null: No such file or directory"), "{line}");
}

#[test(needs = need::mounts)]
fn a_fake_null_device_is_refused() {
    let bot = bot!["sleep"];
    let line = bot.refused_by(
        bot.command_after_mounting("mount -t tmpfs none /dev && echo secret >/dev/null"),
        72,
    );
    assert!(line.contains("/dev/null"), "{line}");
}

#[test(needs = need::mounts)]
fn a_read_only_file_system_is_named_as_the_reason() {
    let mount = "mkdir read-only && mount -t tmpfs -o ro none read-only && cd read-only";
    for word in ["redirect=out.log", "pid_file=bot.pid"] {
        let bot = bot![word, "sleep"];
        let line = bot.refused_by(bot.command_after_mounting(mount), 73);
        assert!(line.contains(": Read-only file system"), "{line}");
    }
}

#[test(needs = need::mounts)]
fn a_full_file_system_is_named_as_the_reason() {
    let bot = bot!["sleep"];
    let mount = "mkdir full && mount -t tmpfs -o size=4k none full && cd full && echo 1 >filler";
    let line = bot.refused_by(bot.command_after_mounting(mount), 74);
    assert!(line.contains("builder.pid: No space left on device"), "{line}");
}

#[test(needs = need::mounts)]
fn a_file_system_without_free_inodes_is_named_as_the_reason() {
    let bot = bot!["sleep"];
    let mount =
        "mkdir full && mount -t tmpfs -o nr_inodes=2 none full && cd full && echo 1 >filler";
    let line = bot.refused_by(bot.command_after_mounting(mount), 73);
    assert!(line.contains("builder.pid: No space left on device"), "{line}");
}

/// Runs the program that follows with a pause of a second before its first `flock`.
const SLOW_TO_LOCK: [&str; 8] = [
    "strace",
    "-D",
    "-f",
    "-qq",
    "-o",
    "/dev/null",
    "--trace=flock",
    "--inject=flock:delay_enter=1000000:when=1",
];

fn tracer() -> Need {
    need::command("strace", &[&SLOW_TO_LOCK[..], &["true"]].concat())
}

#[test(needs = tracer)]
fn a_lock_on_a_replaced_pid_file_is_not_enough() {
    let bot = bot!["sleep"];
    let path = bot.pid_file();
    fs::write(&path, "").expect("a file");
    let launching = begin(bot.command_by(&SLOW_TO_LOCK));
    let has_opened = |process: Process| (3..10).any(|number| process.has_open(number, &path));
    wait::until("the launcher to open the file", || bot.processes().into_iter().any(has_opened));
    fs::remove_file(&path).expect("the file");
    fs::write(&path, "4711\n").expect("another file");
    let other_daemon = File::open(&path).expect("the other file");
    other_daemon.lock().expect("the other file is not locked");
    let line = launching.finish().refusal("builder", 75);
    assert!(line.contains("already running: PID 4711 is gone"), "{line}");
}

#[test(needs = need::root)]
fn the_pid_file_of_another_user_is_refused() {
    let bot = bot!["sleep"];
    fs::write(bot.pid_file(), "4711\n").expect("a file");
    give_away(bot.pid_file(), NOBODY_ELSE);
    let line = bot.refused(73);
    assert!(line.contains("builder.pid"), "{line}");
    assert_eq!(bot.read("builder.pid"), "4711\n");
}

#[test(needs = need::root)]
fn a_failed_fork_is_named_as_the_reason() {
    for processes in [1, 2] {
        let bot = bot!["sleep"].under(Condition::Limited(Resource::RLIMIT_NPROC, processes));
        set_mode(bot.start_directory(), 0o777);
        let mut command = bot.command_of_copy();
        command.uid(NOBODY_ELSE);
        let line = bot.refused_by(command, 71);
        assert!(line.contains("cannot fork: Resource temporarily unavailable"), "{line}");
        assert!(!bot.pid_file().exists());
    }
}

#[test(needs = need::ordinary_user)]
fn a_missing_permission_is_named_as_the_reason() {
    let cases =
        [("redirect=closed/out.log", 73), ("pid_file=closed/bot.pid", 73), ("chdir=closed", 78)];
    for (word, code) in cases {
        let bot = bot![word, "sleep"];
        fs::create_dir(bot.file("closed")).expect("a directory");
        set_mode(bot.file("closed"), 0o000);
        let line = bot.refused(code);
        assert!(line.contains(": Permission denied"), "{line}");
        // Without this permission the directory could not be removed.
        set_mode(bot.file("closed"), 0o700);
    }
}
