//! Defects of the original, `pywikibot.daemonize`, which this project does not have.

use tests::bot;
use tests::bot::{Bot, begin};
use tests::condition::Condition;

#[test]
fn children_of_the_daemon_have_a_standard_output() {
    let bot = bot!["redirect=out.log", "run=echo from the child", "print=after it", "sleep"];
    let _daemon = bot.start_and_await("out.log", "from the child\nafter it\n");
}

#[test]
fn the_pid_file_is_complete_when_the_launcher_returns() {
    for _ in 0..20 {
        let bot = bot!["sleep"];
        let daemon = bot.start();
        assert_eq!(bot.processes(), [daemon.process]);
    }
}

#[test]
fn a_log_that_cannot_be_opened_fails_the_start() {
    let bot = bot!["redirect=missing/out.log", "sleep"];
    let line = bot.refused(73);
    assert!(line.contains("missing/out.log: No such file or directory"), "{line}");
    assert!(!bot.pid_file().exists());
}

#[test]
fn a_start_directory_without_write_access_fails_the_start() {
    let bot = bot!["print=the body ran", "close_fd=false", "sleep"];
    let mut command = bot.command();
    // Not even root can make a file there.
    command.current_dir("/proc");
    let line = bot.refused_by(command, 73);
    assert!(line.contains("builder.pid: "), "{line}");
}

#[test]
fn a_launcher_without_standard_streams_can_start() {
    let bot = bot!["redirect=out.log", "print=up", "sleep"];
    let bot = (0..=2).map(Condition::Closed).fold(bot, Bot::under);
    let _daemon = bot.start_and_await("out.log", "up\n");
}

#[test]
fn text_printed_before_the_start_appears_once() {
    let bot = bot!["early=before", "redirect=out.log", "print=after"];
    let launch = bot.launch();
    assert_eq!(launch.stdout, "before");
    bot.await_nothing_left();
    assert_eq!(bot.read("out.log"), "after\n");
}

#[test]
fn a_second_start_leaves_the_pid_of_the_first_daemon() {
    let bot = bot!["sleep"];
    let daemon = bot.start();
    let line = begin(bot.command()).finish().refusal("builder", 75);
    assert!(line.contains(&format!("already running with PID {}", daemon.pid())), "{line}");
    assert_eq!(bot.read("builder.pid"), format!("{}\n", daemon.pid()));
}
