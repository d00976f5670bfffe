//! A start forks only if it can tell that the process has a single thread.

use std::time::{Duration, Instant};

use tests::bot::{Bot, begin};
use tests::need;

use crate::early::early;

#[track_caller]
fn assert_starts(bot: &Bot) {
    let _daemon = bot.start_and_await("out.log", "up\n");
}

#[test]
fn a_joined_thread_does_not_count() {
    assert_starts(&early(["join-threads"]));
}

#[test(needs = need::mounts)]
fn without_proc_a_joined_thread_does_not_count() {
    let bot = early(["join-threads"]);
    let _daemon = bot.start_by(bot.command_after_mounting(need::HIDE_PROC));
}

#[test(needs = need::mounts)]
fn without_proc_the_kernel_notices_threads() {
    let bot = early(["thread"]);
    let line = bot.refused_by(bot.command_after_mounting(need::HIDE_PROC), 70);
    assert!(line.contains(": more than one thread is running"), "{line}");
}

#[test(needs = need::mounts)]
fn a_start_fails_when_threads_cannot_be_counted() {
    for words in [["forbid-unshare", "thread"], ["thread", "forbid-unshare"]] {
        let bot = early(words);
        let line = bot.refused_by(bot.command_after_mounting(need::HIDE_PROC), 70);
        assert_eq!(
            line,
            "early: cannot start: the running threads cannot be counted, and only one survives \
             the fork; mount /proc, or vouch for them with `start_with_threads`"
        );
        assert!(!bot.pid_file().exists());
    }
}

#[test(needs = need::mounts)]
fn a_program_can_vouch_for_threads_that_cannot_be_counted() {
    for words in [["forbid-unshare", "vouch"], ["thread", "vouch"]] {
        let bot = early(words);
        let _daemon = bot.start_by(bot.command_after_mounting(need::HIDE_PROC));
        bot.await_text("out.log", "up\n");
    }
}

#[test]
fn proc_counts_the_threads_when_unshare_is_refused() {
    assert_starts(&early(["forbid-unshare"]));
    let line = early(["thread", "forbid-unshare"]).refused(70);
    assert!(line.contains(": 2 threads are running"), "{line}");
}

#[test]
fn a_daemon_started_with_threads_has_one_thread() {
    let bot = early(["thread", "thread", "vouch"]);
    let daemon = bot.start_and_await("out.log", "up\n");
    assert_eq!(daemon.process.status("Threads"), "1");
}

#[test]
fn a_start_in_another_thread_undoes_what_that_one_blocks() {
    let bot = early(["elsewhere", "vouch"]);
    let daemon = bot.start_and_await("out.log", "up\n");
    assert_eq!(daemon.process.signals("SigBlk"), 0);
}

#[test(needs = need::mounts)]
fn in_the_foreground_threads_are_allowed() {
    for words in [["thread", "foreground"], ["forbid-unshare", "foreground"]] {
        let bot = early(words);
        let launch = begin(bot.command_after_mounting(need::HIDE_PROC)).finish();
        assert!(launch.status.success() && launch.stdout == "up\n", "{launch:?}");
    }
}

#[test]
fn in_the_foreground_threads_are_not_waited_for() {
    let bot = early(["thread", "foreground"]);
    let duration = || {
        let begun = Instant::now();
        assert!(bot.launch().status.success());
        begun.elapsed()
    };
    // A start that hopes that they end waits at least that long, on the fastest machine as well.
    let shortest = (0..10).map(|_| duration()).min();
    assert!(shortest < Some(Duration::from_millis(100)), "{shortest:?}");
}
