//! What is left when the body ends.

use std::fs;

use nix::sys::resource::Resource;
use nix::sys::signal::Signal;
use nix::sys::wait::WaitStatus;
use tests::condition::Condition;
use tests::lock::Gate;
use tests::{bot, lock, wait};

#[test]
fn a_body_that_ends_removes_the_pid_file() {
    for (ending, code) in [("print=the last step", 0), ("exit=7", 7), ("panic=out of cheese", 101)]
    {
        let bot = bot!["chdir=false", "await-in-body=gate", ending];
        let gate = Gate::closed(&bot.file("gate"));
        let daemon = bot.start();
        gate.open();
        daemon.assert_exits(code);
        assert!(!bot.pid_file().exists(), "{ending}");
    }
}

#[test]
fn a_killed_body_leaves_an_unlocked_pid_file() {
    for signal in [Signal::SIGKILL, Signal::SIGABRT, Signal::SIGTERM] {
        let bot = bot!["sleep"].under(Condition::Limited(Resource::RLIMIT_CORE, 0));
        let daemon = bot.start();
        let pid = daemon.process.0;
        daemon.signal(signal);
        assert_eq!(daemon.end(), WaitStatus::Signaled(pid, signal, false));
        assert_eq!(bot.read("builder.pid"), format!("{pid}\n"));
        assert!(!lock::is_held(&bot.pid_file()));
        let next = bot.start();
        assert_ne!(next.process.0, pid);
    }
}

#[test]
fn a_body_that_aborts_leaves_an_unlocked_pid_file() {
    let bot = bot!["chdir=false", "await-in-body=gate", "abort"]
        .under(Condition::Limited(Resource::RLIMIT_CORE, 0));
    let gate = Gate::closed(&bot.file("gate"));
    let daemon = bot.start();
    let pid = daemon.process.0;
    gate.open();
    assert_eq!(daemon.end(), WaitStatus::Signaled(pid, Signal::SIGABRT, false));
    assert!(bot.pid_file().exists());
    bot.launch().assert_silent_success();
}

#[test]
fn a_forked_child_that_exits_does_not_remove_the_pid_file() {
    let bot = bot!["redirect=out.log", "fork", "print=the child has left", "sleep"];
    let daemon = bot.start_and_await("out.log", "the child has left\n");
    assert_eq!(bot.read("builder.pid"), format!("{}\n", daemon.pid()));
    assert!(lock::is_held(&bot.pid_file()));
}

#[test]
fn a_child_that_outlives_the_daemon_blocks_no_start() {
    let bot = bot!["redirect=out.log", "spawn=exec sleep 300", "print=spawned", "sleep"];
    let daemon = bot.start_and_await("out.log", "spawned\n");
    let child = wait::for_some("the child to run", || daemon.process.children().pop());
    daemon.kill();
    let _next = bot.start();
    assert!(child.is_alive());
}

#[test]
fn a_missing_pid_file_does_not_disturb_the_end() {
    let bot = bot!["chdir=false", "redirect=out.log", "await-in-body=gate", "print=done"];
    let gate = Gate::closed(&bot.file("gate"));
    let daemon = bot.start();
    fs::remove_file(bot.pid_file()).expect("the file");
    gate.open();
    daemon.assert_exits(0);
    assert_eq!(bot.read("out.log"), "done\n");
}
