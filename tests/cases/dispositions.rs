//! The program's signal handlers stay as they were, except during the start.

use std::fs::File;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::Stdio;

use nix::sys::signal::{Signal, kill};
use tests::bot::{Bot, begin};
use tests::process::Process;
use tests::{bot, wait};

/// The bot reports that its dispositions of these signals are unchanged.
const AS_THEY_WERE: &str = "SIGHUP as it was\nSIGINT as it was\nSIGQUIT as it was\nSIGTERM as it \
                            was\nSIGCHLD as it was\ndone\n";

fn bot(words: &[&str]) -> Bot {
    Bot::new(env!("CARGO_BIN_EXE_dispositions")).words(words.iter().map(Into::into))
}

#[test]
fn a_failed_start_leaves_handlers_as_they_were() {
    let launch = bot(&["handle", "fail"]).launch();
    assert_eq!(launch.stdout, AS_THEY_WERE, "{launch:?}");
}

#[test]
fn the_body_keeps_handlers_with_flags_and_mask() {
    for words in [&["handle"][..], &["handle", "wait"]] {
        let bot = bot(words);
        let daemon = bot.start();
        wait::until("the body's report", || bot.read("out.log").ends_with("done\n"));
        assert_eq!(bot.read("out.log"), AS_THEY_WERE);
        daemon.kill();
    }
}

#[test]
fn a_waiting_launcher_obeys_signals_that_the_program_handles_or_blocks() {
    for hindrance in [&["handle"][..], &["block"], &["handle", "block"]] {
        for signal in [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP, Signal::SIGQUIT] {
            let bot = bot(&[hindrance, &["wait", "unready"]].concat());
            let launching = begin(bot.command());
            let _ = bot.await_body();
            launching.signal(signal);
            assert_eq!(launching.finish().status.signal(), Some(signal as i32));
            bot.await_nothing_left();
        }
    }
}

#[test]
fn a_program_that_goes_on_hears_of_its_children_during_the_start() {
    for way in ["foreground", "fail"] {
        let bot = bot(&["child", way]);
        // Somebody looks at the lock, and the start waits.
        let looked_at = File::create(bot.file("bot.pid")).expect("a file");
        looked_at.lock_shared().expect("nobody has the file yet");
        let launching = begin(bot.command());
        let child = wait::for_some("a start", || {
            bot.processes().into_iter().find(|bot| is_in_start(*bot))?.children().pop()
        });
        kill(child.0, Signal::SIGKILL).expect("a child");
        wait::until("the end of the child", || !child.is_alive());
        drop(looked_at);
        let launch = launching.finish();
        assert_eq!(launch.stdout, "true\n", "{way}: {launch:?}");
    }
}

/// Whether a bot has opened the first file of a start.
fn is_in_start(bot: Process) -> bool {
    let null = Path::new("/dev/null");
    bot.descriptors().iter().any(|(number, open)| *number > 2 && open.target == null)
}

#[test]
fn a_launcher_does_not_wait_for_the_bodys_child() {
    let bot = bot!["wait_ready=true", "fork-and-leave", "exit=9"];
    let mut command = bot.command();
    // Not a pipe: the child keeps the launcher's streams open.
    let said = File::create(bot.file("said")).expect("a file");
    command.stdout(Stdio::null()).stderr(said);
    assert_eq!(begin(command).finish().status.code(), Some(9));
    assert_eq!(bot.read("said").lines().count(), 1);
}
