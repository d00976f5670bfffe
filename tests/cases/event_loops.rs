//! An event loop that is open before a supervised start would be shared by all bodies.

use std::process::Command;

use tests::bot::{Bot, begin};
use tests::need;

/// A bot that does these things before its start.
fn early<const COUNT: usize>(words: [&str; COUNT]) -> Bot {
    Bot::new(env!("CARGO_BIN_EXE_early")).words(words.map(Into::into))
}

fn by_main(bot: &Bot, main: &str) -> Command {
    let mut command = bot.command();
    command.env("MAIN", main);
    command
}

#[track_caller]
fn assert_says_which(line: &str, kind: &str) {
    assert!(line.starts_with("early: cannot start: descriptor "), "{line}");
    let rest = format!(
        " is {kind} that is open already, and with `restart` every body would share it; build the \
         runtime in the body"
    );
    assert!(line.ends_with(&rest), "{line}");
}

#[test]
fn a_runtime_from_before_a_supervised_start_is_refused() {
    for main in ["builder", "attribute"] {
        for restart in ["restart=on-failure", "restart=always"] {
            for more in ["wait-ready", "restart=on-failure"] {
                let bot = early([restart, "runtime", more]);
                let line = bot.refused_by(by_main(&bot, main), 70);
                assert_says_which(&line, "an epoll");
                assert_eq!(bot.files(), [""; 0], "{main}");
            }
        }
    }
}

#[test]
fn commands_refuse_it_as_well() {
    for words in [["runtime", "wait-ready"], ["epoll", "wait-ready"]] {
        let bot = early(words).words(["restart=on-failure".into()]);
        let line = bot.refused_by(by_main(&bot, "commands"), 70);
        assert_says_which(&line, "an epoll");
    }
}

#[test]
fn an_epoll_is_refused_however_it_was_opened_where_it_would_stay() {
    let bot = early(["restart=on-failure", "epoll-for-all"]);
    let line = bot.refused_by(by_main(&bot, "attribute"), 70);
    assert_says_which(&line, "an epoll");
}

#[test]
fn an_epoll_that_does_not_reach_the_bodies_is_no_reason() {
    // To the builder it is inherited.
    let bot = early(["restart=on-failure", "epoll-for-all"]);
    let _daemon = bot.start_and_await("out.log", "up\n");
}

#[test]
fn without_supervision_an_event_loop_is_the_programs_business() {
    for words in [["restart=never", "runtime"], ["wait-ready", "epoll"]] {
        for main in ["builder", "attribute"] {
            let bot = early(words);
            let _daemon = bot.start_by(by_main(&bot, main));
            bot.await_text("out.log", "up\n");
        }
    }
    let launch = early(["restart=on-failure", "runtime", "foreground"]).launch();
    assert!(launch.status.success() && launch.stdout == "up\n", "{launch:?}");
}

fn io_uring() -> need::Need {
    let disabled = std::fs::read_to_string("/proc/sys/kernel/io_uring_disabled");
    need::Need::new("io_uring", disabled.is_ok_and(|disabled| disabled.trim() == "0"))
}

#[test(needs = io_uring)]
fn an_io_uring_is_refused() {
    for main in ["builder", "attribute"] {
        let bot = early(["restart=on-failure", "io-uring"]);
        assert_says_which(&bot.refused_by(by_main(&bot, main), 70), "an io_uring");
    }
}

#[test(needs = need::mounts)]
fn without_proc_an_epoll_is_found_and_nothing_else_is_taken_for_one() {
    let bot = early(["restart=on-failure", "runtime"]);
    let line = bot.refused_by(bot.command_after_mounting(need::HIDE_PROC), 70);
    assert_says_which(&line, "an epoll");
    let bot = early(["restart=on-failure", "pipe"]);
    let mut command = bot.command_after_mounting(need::HIDE_PROC);
    command.env("MAIN", "attribute");
    let _daemon = bot.start_by(command);
    bot.await_text("out.log", "wrote 1, read 1\nup\n");
}

#[test]
fn each_body_can_build_a_runtime() {
    for main in ["builder", "attribute", "commands"] {
        for waits in ["restart=on-failure", "wait-ready"] {
            let bot = early(["restart=on-failure", waits, "async", "crash"]);
            let launch = begin(by_main(&bot, main)).finish();
            assert!(launch.status.success(), "{main}: {launch:?}");
            let _daemon = bot.daemon();
            tests::wait::until("two bodies", || bot.read("out.log").matches("up\n").count() == 2);
        }
    }
}
