//! What the daemon inherits from its launcher, and what it does not.

use std::fs::{self, File};
use std::path::PathBuf;
use std::sync::Arc;

use nix::fcntl::OFlag;
use nix::sys::resource::Resource;
use nix::sys::signal::Signal;
use nix::sys::wait::WaitStatus;
use tests::bot::{Bot, begin};
use tests::condition::Condition;
use tests::daemon::Daemon;
use tests::{bot, signals, wait};

use crate::early::{by_main, early};

/// Above every descriptor of this process, so the inherited ones get consecutive numbers.
const FIRST: i32 = 600;

/// A bot that inherits this many descriptors on a file `inherited`, from number [`FIRST`] on.
fn with_inherited(bot: Bot, count: usize) -> Bot {
    let file = File::create(bot.file("inherited")).expect("a file");
    bot.under(Condition::Open(Arc::new(file.into()), count, FIRST))
}

/// A bot whose `main` begins with the start.
fn attribute() -> Bot {
    Bot::new(env!("CARGO_BIN_EXE_attribute"))
}

/// Starts a bot through this `main`, and waits until its log contains exactly this text.
fn start_by(bot: &Bot, main: &str, text: &str) -> Daemon {
    let daemon = bot.start_by(by_main(bot, main));
    bot.await_text("out.log", text);
    daemon
}

/// Starts a bot and waits until its body runs. Descriptors of the start are closed by then.
fn in_its_body(bot: &Bot) -> Daemon {
    bot.start_and_await("out.log", "up\n")
}

/// The descriptors above 2 except the PID file's, and the files that they are open on.
fn others(bot: &Bot, daemon: &Daemon) -> Vec<(i32, PathBuf)> {
    let open = daemon.process.descriptors().into_iter();
    let open = open.filter(|(number, _)| !daemon.process.has_open(*number, &bot.pid_file()));
    open.filter(|(number, _)| *number > 2).map(|(number, open)| (number, open.target)).collect()
}

#[test]
fn only_streams_and_pid_file_are_open() {
    let bot = bot!["redirect=out.log", "print=up", "sleep"];
    in_its_body(&bot).assert_has_only_streams_and(&bot.pid_file());
}

#[test]
fn a_thousand_inherited_descriptors_are_closed() {
    let bot = attribute().under(Condition::Limited(Resource::RLIMIT_NOFILE, 4096));
    let bot = with_inherited(bot, 1000);
    let daemon = bot.start_and_await("out.log", "the body runs\n");
    daemon.assert_has_only_streams_and(&bot.pid_file());
}

#[test]
fn code_before_the_start_does_not_hide_what_was_inherited() {
    for main in ["attribute", "commands"] {
        let bot = with_inherited(early([]), 100);
        start_by(&bot, main, "up\n").assert_has_only_streams_and(&bot.pid_file());
    }
}

#[test]
fn the_builder_replaces_inherited_descriptors_with_the_null_device() {
    let bot = bot!["redirect=out.log", "print=up", "sleep"];
    let bot = bot.under(Condition::Limited(Resource::RLIMIT_NOFILE, 4096));
    let bot = with_inherited(bot, 1000);
    let daemon = in_its_body(&bot);
    let others = others(&bot, &daemon);
    assert!(
        others.iter().map(|(number, _)| *number).eq(FIRST..FIRST + 1000),
        "{} other descriptors",
        others.len()
    );
    for (number, descriptor) in daemon.process.descriptors().range(3..) {
        assert!(descriptor.flags.contains(OFlag::O_CLOEXEC), "{number}: {descriptor:?}");
        assert!(!daemon.process.has_open(*number, &bot.file("inherited")), "{number}");
    }
}

#[test]
fn inherited_descriptors_above_a_lowered_limit_are_closed() {
    let builder = bot!["redirect=out.log", "print=the body runs", "sleep"];
    for bot in [attribute(), builder] {
        let null = File::open("/dev/null").expect("the null device");
        let bot = bot.under(Condition::open(null, 500));
        let bot = (3..64).map(Condition::Closed).fold(bot, Bot::under);
        let bot = bot.under(Condition::Limited(Resource::RLIMIT_NOFILE, 64));
        let daemon = bot.start_and_await("out.log", "the body runs\n");
        daemon.assert_has_only_streams_and(&bot.pid_file());
    }
}

#[test]
fn a_file_that_the_program_opened_stays_open() {
    let bot = with_inherited(bot!["open=own", "redirect=out.log", "print=up", "sleep"], 3);
    File::create(bot.file("own")).expect("a file");
    let daemon = in_its_body(&bot);
    let descriptors = daemon.process.descriptors();
    assert!(
        descriptors.keys().any(|&number| daemon.process.has_open(number, &bot.file("own"))),
        "{descriptors:?}"
    );
}

#[test]
fn a_pipe_from_before_works_in_the_daemon() {
    for main in ["attribute", "commands"] {
        let bot = with_inherited(early(["pipe"]), 2);
        let daemon = start_by(&bot, main, "wrote 1, read 1\nup\n");
        assert_eq!(bot.read("own"), "");
        daemon.assert_has_only_streams_and(&bot.pid_file());
    }
}

#[test]
fn a_pipe_from_before_works_in_each_body() {
    for main in ["attribute", "commands"] {
        for waits in ["restart=on-failure", "wait-ready"] {
            let bot = early(["pipe", "restart=on-failure", waits, "crash"]);
            let launch = begin(by_main(&bot, main)).finish();
            assert!(launch.status.success() && launch.stderr.is_empty(), "{launch:?}");
            let _daemon = bot.daemon();
            wait::until("two bodies to run", || {
                let log = bot.read("out.log");
                ["wrote 1, read 1\n", "up\n"].iter().all(|text| log.matches(text).count() == 2)
            });
        }
    }
}

#[test]
fn the_number_of_a_replaced_descriptor_is_not_reused() {
    let bot = early(["pipe"]);
    // Replaced descriptors keep their numbers, so the file of the body gets another number.
    let daemon = start_by(&bot, "builder", "wrote 1, read 0\nup\n");
    assert_eq!(bot.read("own"), "");
    daemon.assert_has_only_streams_and(&bot.pid_file());
    let launch = early(["pipe", "foreground"]).launch();
    assert_eq!((launch.status.code(), &*launch.stdout), (Some(0), "wrote 1, read 0\nup\n"));
}

#[test]
fn an_inherited_number_that_before_reuses_stays_open() {
    let bot = with_inherited(early(["replace=600"]), 2);
    let daemon = start_by(&bot, "attribute", "up\n");
    assert_eq!(others(&bot, &daemon), [(FIRST, bot.file("mine"))]);
}

#[test]
fn an_inherited_descriptor_with_close_on_exec_stays_open() {
    for main in ["builder", "attribute"] {
        let bot = with_inherited(early(["claim=601"]), 2);
        let daemon = start_by(&bot, main, "up\n");
        assert!(daemon.process.has_open(FIRST + 1, &bot.file("inherited")), "{main}");
        assert!(!daemon.process.has_open(FIRST, &bot.file("inherited")), "{main}");
    }
}

#[test]
fn children_of_the_daemon_inherit_only_the_streams() {
    let bot = bot!["open=own", "redirect=out.log", "spawn=exec sleep 300", "print=up", "sleep"];
    let bot = with_inherited(bot, 3);
    File::create(bot.file("own")).expect("a file");
    let daemon = in_its_body(&bot);
    // The shell that executes the child may have open files for a moment.
    wait::until("a child with three descriptors", || {
        let child = daemon.process.children().pop();
        child.is_some_and(|child| child.descriptors().into_keys().eq(0..=2))
    });
}

#[test]
fn signals_that_the_launcher_blocked_reach_the_daemon() {
    let bot = bot!["sleep"].under(Condition::Blocked);
    let daemon = bot.start();
    // Some C libraries block all signals until their `fork` returns, which may be after the
    // launcher has ended.
    wait::until("the daemon to unblock all signals", || daemon.process.signals("SigBlk") == 0);
    let pid = daemon.process.0;
    daemon.signal(Signal::SIGTERM);
    assert_eq!(daemon.end(), WaitStatus::Signaled(pid, Signal::SIGTERM, false));
}

#[test]
fn only_sigpipe_stays_ignored() {
    let bot = signals::catchable().map(Condition::Ignored).fold(bot!["sleep"], Bot::under);
    let ignored = bot.start().process.signals("SigIgn");
    // This includes the signals that the C library reserves, one of which it leaves ignored in
    // programs that it executes.
    assert_eq!(ignored, signals::bit(Signal::SIGPIPE));
}

#[test]
fn with_few_descriptors_the_start_works_or_says_why() {
    let mut codes = Vec::new();
    for limit in 3..=12 {
        let bot = bot!["redirect=out.log", "print=up", "sleep"];
        let bot = bot.under(Condition::Limited(Resource::RLIMIT_NOFILE, limit));
        let launch = bot.launch();
        let code = launch.status.code().unwrap_or_else(|| panic!("limit {limit}: {launch:?}"));
        match code {
            0 => bot.await_text("out.log", "up\n"),
            // The dynamic loader could not open a library, so the program never ran.
            127 => {}
            _ => {
                assert!(bot.refused(code).contains("(os error 24)"), "limit {limit}: {launch:?}");
                assert!(!bot.pid_file().exists(), "limit {limit}");
            }
        }
        codes.push(code);
    }
    assert!(codes.contains(&0), "the highest limit must suffice: {codes:?}");
}

#[test]
fn a_file_size_limit_of_zero_fails_the_start_without_a_signal() {
    for stale in [None, Some("4711\n")] {
        let bot = bot!["sleep"].under(Condition::Limited(Resource::RLIMIT_FSIZE, 0));
        if let Some(text) = stale {
            fs::write(bot.pid_file(), text).expect("a file");
        }
        let line = bot.refused(74);
        assert!(line.contains("builder.pid: File too large"), "{line}");
    }
}
