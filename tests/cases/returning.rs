//! `start_and_return`: the launcher goes on when its daemon is up.

use std::fs;

use tests::bot::{Bot, begin};
use tests::lock::Gate;
use tests::{bot, lock, wait};

/// The note that the launcher writes when it goes on.
fn await_launcher(bot: &Bot) -> String {
    let note = || fs::read_to_string(bot.file("launcher")).ok();
    wait::for_some("the launcher's note", || note().filter(|note| note.ends_with('\n')))
}

#[test]
fn the_launcher_goes_on_and_knows_the_daemons_pid() {
    for words in [&["restart=never"][..], &["wait_ready=true", "ready"], &["restart=always"]] {
        let bot = bot!["chdir=false", "return=gate"];
        let bot = bot.words(words.iter().map(Into::into)).words(["sleep".into()]);
        let gate = Gate::closed(&bot.file("gate"));
        let launching = begin(bot.command());
        let note = await_launcher(&bot);
        assert_eq!(note, bot.read("builder.pid"), "{words:?}");
        let daemon = bot.daemon();
        let processes = if words[0] == "restart=always" { 3 } else { 2 };
        wait::until("launcher, daemon and body to run", || bot.processes().len() == processes);
        daemon.kill();
        wait::until("the lock to be released", || !lock::is_held(&bot.pid_file()));
        gate.open();
        assert!(launching.finish().status.success());
        assert!(bot.file("builder.pid").exists(), "the launcher must not remove the PID file");
    }
}

#[test]
fn a_failed_start_is_an_error_only_in_the_launcher() {
    let bot = bot!["chdir=missing", "return=gate", "note=note"];
    let launch = bot.launch();
    assert_eq!(launch.stdout, "cannot change to the directory missing\n");
    assert!(!bot.file("note").exists() && !bot.file("launcher").exists());
    bot.await_nothing_left();
}

#[test]
fn a_body_that_ends_before_ready_is_an_error_too() {
    let bot = bot!["wait_ready=true", "return=gate", "exit=3"];
    let said = "cannot start: it ended with exit code 3 before it was ready\n";
    assert_eq!(bot.launch().stdout, said);
    bot.await_nothing_left();
}

#[test]
fn in_the_foreground_it_returns_once() {
    let launch = bot!["when=false", "return=gate", "print=the body"].launch();
    assert_eq!(launch.stdout, "the body\n");
}
