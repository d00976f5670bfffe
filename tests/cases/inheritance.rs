//! What the daemon inherits from its launcher, and what not.

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
use tests::{bot, wait};

/// Above all that this process has open, so that inherited ones are in a row.
const FIRST: i32 = 600;

/// A bot that finds so many descriptors on a file `inherited`, from number [`FIRST`] on.
fn with_inherited(bot: Bot, count: usize) -> Bot {
    let file = File::create(bot.file("inherited")).expect("a file");
    bot.under(Condition::Open(Arc::new(file.into()), count, FIRST))
}

/// A bot whose start is the first act of `main`.
fn attribute() -> Bot {
    Bot::new(env!("CARGO_BIN_EXE_attribute"))
}

/// A bot that does these things before its start.
fn early<const COUNT: usize>(words: [&str; COUNT]) -> Bot {
    Bot::new(env!("CARGO_BIN_EXE_early")).words(words.map(Into::into))
}

/// Starts it by this `main`, and waits for its last text.
fn start_by(bot: &Bot, main: &str, text: &str) -> Daemon {
    let mut command = bot.command();
    command.env("MAIN", main);
    let daemon = bot.start_by(command);
    bot.await_text("out.log", text);
    daemon
}

/// A bot whose body has begun, and with it everything that the start still had open is closed.
fn in_its_body(bot: &Bot) -> Daemon {
    bot.start_and_await("out.log", "up\n")
}

/// The descriptors from 3 up, but for the PID file, and what they lead to.
fn others(bot: &Bot, daemon: &Daemon) -> Vec<(i32, PathBuf)> {
    let open = daemon.process.descriptors().into_iter();
    let open = open.filter(|(number, _)| !daemon.process.has_open(*number, &bot.pid_file()));
    open.filter(|(number, _)| *number > 2).map(|(number, open)| (number, open.target)).collect()
}

#[test]
fn streams_and_pid_file_alone_are_open() {
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
fn what_is_inherited_is_known_after_other_code_as_well() {
    for main in ["attribute", "commands"] {
        let bot = with_inherited(early([]), 100);
        start_by(&bot, main, "up\n").assert_has_only_streams_and(&bot.pid_file());
    }
}

#[test]
fn to_the_builder_they_lead_to_the_null_device_and_not_to_children() {
    let bot = bot!["redirect=out.log", "print=up", "sleep"];
    let bot = bot.under(Condition::Limited(Resource::RLIMIT_NOFILE, 4096));
    let bot = with_inherited(bot, 1000);
    let daemon = in_its_body(&bot);
    let others = others(&bot, &daemon);
    assert!(
        others.iter().map(|(number, _)| *number).eq(FIRST..FIRST + 1000),
        "{} others",
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
fn what_the_program_opened_itself_stays_open() {
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
fn what_before_opens_works_in_the_daemon_whatever_its_flags() {
    for main in ["attribute", "commands"] {
        let bot = with_inherited(early(["pipe"]), 2);
        let daemon = start_by(&bot, main, "wrote 1, read 1\nup\n");
        assert_eq!(bot.read("own"), "");
        daemon.assert_has_only_streams_and(&bot.pid_file());
    }
}

#[test]
fn what_before_opens_works_in_each_body() {
    for main in ["attribute", "commands"] {
        for waits in ["restart=on-failure", "wait-ready"] {
            let bot = early(["pipe", "restart=on-failure", waits, "crash"]);
            let mut command = bot.command();
            command.env("MAIN", main);
            let launch = begin(command).finish();
            assert!(launch.status.success() && launch.stderr.is_empty(), "{launch:?}");
            let _daemon = bot.daemon();
            wait::until("two bodies", || {
                let log = bot.read("out.log");
                ["wrote 1, read 1\n", "up\n"].iter().all(|text| log.matches(text).count() == 2)
            });
        }
    }
}

#[test]
fn what_the_builder_takes_for_inherited_does_not_become_a_stranger() {
    let bot = early(["pipe"]);
    // The file is opened while the pipe is still somebody's, and gets another number.
    let daemon = start_by(&bot, "builder", "wrote 1, read 0\nup\n");
    assert_eq!(bot.read("own"), "");
    daemon.assert_has_only_streams_and(&bot.pid_file());
    let launch = early(["pipe", "foreground"]).launch();
    assert_eq!((launch.status.code(), &*launch.stdout), (Some(0), "wrote 1, read 0\nup\n"));
}

#[test]
fn a_number_that_before_uses_again_is_the_programs() {
    let bot = with_inherited(early(["replace=600"]), 2);
    let daemon = start_by(&bot, "attribute", "up\n");
    assert_eq!(others(&bot, &daemon), [(FIRST, bot.file("mine"))]);
}

#[test]
fn an_inherited_descriptor_becomes_the_programs_by_close_on_exec() {
    for main in ["builder", "attribute"] {
        let bot = with_inherited(early(["claim=601"]), 2);
        let daemon = start_by(&bot, main, "up\n");
        assert!(daemon.process.has_open(FIRST + 1, &bot.file("inherited")), "{main}");
        assert!(!daemon.process.has_open(FIRST, &bot.file("inherited")), "{main}");
    }
}

#[test]
fn children_of_the_daemon_have_the_streams_and_nothing_else() {
    let bot = bot!["open=own", "redirect=out.log", "spawn=exec sleep 300", "print=up", "sleep"];
    let bot = with_inherited(bot, 3);
    File::create(bot.file("own")).expect("a file");
    let daemon = in_its_body(&bot);
    // The shell in between may have files of its own for a moment.
    wait::until("a child with three descriptors", || {
        let child = daemon.process.children().pop();
        child.is_some_and(|child| child.descriptors().into_keys().eq(0..=2))
    });
}

#[test]
fn signals_that_the_launcher_has_blocked_reach_the_daemon() {
    let bot = bot!["sleep"].under(Condition::Blocked);
    let daemon = bot.start();
    // Some C libraries block all signals until their `fork` is over, which may be later than the
    // launcher.
    wait::until("a process that blocks nothing", || daemon.process.signals("SigBlk") == 0);
    let pid = daemon.process.0;
    daemon.signal(Signal::SIGTERM);
    assert_eq!(daemon.end(), WaitStatus::Signaled(pid, Signal::SIGTERM, false));
}

#[test]
fn of_all_ignored_signals_only_a_broken_pipe_stays_ignored() {
    let ignorable =
        Signal::iterator().filter(|signal| ![Signal::SIGKILL, Signal::SIGSTOP].contains(signal));
    let bot = ignorable.map(Condition::Ignored).fold(bot!["sleep"], Bot::under);
    let ignored = bot.start().process.signals("SigIgn");
    // Also of those that the C library keeps for itself, one of which it leaves ignored in what it
    // executes.
    assert_eq!(ignored, 1 << (Signal::SIGPIPE as i32 - 1));
}

#[test]
fn with_few_descriptors_the_start_works_or_says_why_not() {
    let mut codes = Vec::new();
    for limit in 3..=12 {
        let bot = bot!["redirect=out.log", "print=up", "sleep"];
        let bot = bot.under(Condition::Limited(Resource::RLIMIT_NOFILE, limit));
        let launch = bot.launch();
        let code = launch.status.code().unwrap_or_else(|| panic!("limit {limit}: {launch:?}"));
        match code {
            0 => bot.await_text("out.log", "up\n"),
            // The dynamic loader could not open a library: no code of ours ever ran.
            127 => {}
            _ => {
                assert!(bot.refused(code).contains("(os error 24)"), "limit {limit}: {launch:?}");
                assert!(!bot.pid_file().exists(), "limit {limit}");
            }
        }
        codes.push(code);
    }
    assert!(codes.contains(&0), "enough is enough: {codes:?}");
}

#[test]
fn a_file_size_limit_of_nothing_is_a_reason_and_not_a_death() {
    for stale in [None, Some("4711\n")] {
        let bot = bot!["sleep"].under(Condition::Limited(Resource::RLIMIT_FSIZE, 0));
        if let Some(text) = stale {
            fs::write(bot.pid_file(), text).expect("a file");
        }
        let line = bot.refused(74);
        assert!(line.contains("builder.pid: File too large"), "{line}");
    }
}
