//! An event loop that exists before a supervised start is refused, as every body would share it.

use tests::bot::begin;
use tests::need::{self, Need};
use tests::wait;

use crate::early::{by_main, early};

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
fn a_runtime_built_before_a_supervised_start_is_refused() {
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
fn a_runtime_built_before_commands_is_refused() {
    for words in [["runtime", "wait-ready"], ["epoll", "wait-ready"]] {
        let bot = early(words).words(["restart=on-failure".into()]);
        let line = bot.refused_by(by_main(&bot, "commands"), 70);
        assert_says_which(&line, "an epoll");
    }
}

#[test]
fn an_epoll_without_close_on_exec_is_refused() {
    let bot = early(["restart=on-failure", "epoll-for-all"]);
    let line = bot.refused_by(by_main(&bot, "attribute"), 70);
    assert_says_which(&line, "an epoll");
}

#[test]
fn an_epoll_that_the_builder_replaces_is_not_refused() {
    // The builder takes it for inherited, and puts the null device in its place.
    let bot = early(["restart=on-failure", "epoll-for-all"]);
    let _daemon = bot.start_and_await("out.log", "up\n");
}

#[test]
fn without_supervision_an_event_loop_is_allowed() {
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

fn io_uring() -> Need {
    let disabled = std::fs::read_to_string("/proc/sys/kernel/io_uring_disabled");
    Need::new("io_uring", disabled.is_ok_and(|disabled| disabled.trim() == "0"))
}

#[test(needs = io_uring)]
fn an_io_uring_is_refused() {
    for main in ["builder", "attribute"] {
        let bot = early(["restart=on-failure", "io-uring"]);
        assert_says_which(&bot.refused_by(by_main(&bot, main), 70), "an io_uring");
    }
}

#[test(needs = need::mounts)]
fn without_proc_only_an_epoll_is_taken_for_one() {
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
            wait::until("two bodies to run", || bot.read("out.log").matches("up\n").count() == 2);
        }
    }
}
