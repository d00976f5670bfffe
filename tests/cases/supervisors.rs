//! Who watches the bot decides whether it detaches: it must not fork away from a supervisor.

use std::process::Command;

use tests::bot;
use tests::bot::{Bot, begin};
use tests::need::{self, AS_PID_1};

/// Whether the bot becomes a daemon with these variables. `$$` is its own number, and `$PPID` that
/// of its parent.
fn detaches(option: &str, variables: &str) -> bool {
    detaches_by(option, |bot| bot.command_in_shell(&format!(r#"export {variables}; exec "$@""#)))
}

fn detaches_by(option: &str, command: impl FnOnce(&Bot) -> Command) -> bool {
    let bot = bot!["chdir=false", "redirect=out.log", option, "print-is-daemon"];
    let launch = begin(command(&bot)).finish();
    assert!(launch.status.success(), "{launch:?}");
    if launch.stdout == "false\n" {
        assert!(!bot.file("out.log").exists(), "in the foreground no log is made");
        return false;
    }
    assert_eq!(launch.stdout, "");
    bot.await_text("out.log", "true\n");
    true
}

/// An option that changes nothing.
const NO_OPTION: &str = "reopen=false";

#[test]
fn evidence_that_names_this_process_keeps_it_in_the_foreground() {
    let evidence = [
        "LISTEN_PID=$$",
        "WATCHDOG_PID=$$",
        "SYSTEMD_EXEC_PID=$$ MANAGERPID=$PPID",
        // No forking unit, since it is to notify.
        "LISTEN_PID=$$ PIDFILE=/run/bot.pid NOTIFY_SOCKET=/missing",
    ];
    for variables in evidence {
        assert!(!detaches(NO_OPTION, variables), "{variables}");
    }
}

#[test]
fn evidence_that_names_another_process_keeps_nobody() {
    let no_evidence = [
        "LANG=C",
        "LISTEN_PID=$PPID",
        "LISTEN_PID=0$$",
        "LISTEN_PID=",
        "WATCHDOG_PID=$PPID",
        "SYSTEMD_EXEC_PID=$PPID MANAGERPID=$PPID",
        // The parent is no manager.
        "SYSTEMD_EXEC_PID=$$",
        "SYSTEMD_EXEC_PID=$$ MANAGERPID=1",
        // A unit that forks.
        "LISTEN_PID=$$ PIDFILE=/run/bot.pid",
        "SYSTEMD_EXEC_PID=$$ MANAGERPID=$PPID PIDFILE=/run/bot.pid",
        // Inherited by everything below a service.
        "NOTIFY_SOCKET=/run/systemd/notify",
        "INVOCATION_ID=0123 JOURNAL_STREAM=8:9 MANAGERPID=$PPID",
    ];
    for variables in no_evidence {
        assert!(detaches(NO_OPTION, variables), "{variables}");
    }
}

#[test]
fn what_a_shell_was_given_says_nothing_about_its_children() {
    let script =
        r#"export LISTEN_PID=$$ WATCHDOG_PID=$$ SYSTEMD_EXEC_PID=$$ MANAGERPID=$$; "$@"; exit $?"#;
    assert!(detaches_by(NO_OPTION, |bot| bot.command_in_shell(script)));
}

#[test]
fn when_overrides_every_evidence() {
    assert!(detaches("when=true", "LISTEN_PID=$$"));
    assert!(!detaches("when=false", "LANG=C"));
    assert!(!detaches("when=false", "LISTEN_PID=$$ PIDFILE=/run/bot.pid"));
}

#[test(needs = need::pid_namespace)]
fn a_child_of_pid_1_that_systemd_executed_does_not_detach() {
    // The outer shell is PID 1, and stays as long as the inner one, which the bot takes the place
    // of.
    let script = r#"sh -c 'export SYSTEMD_EXEC_PID=$$; exec "$@"' sh "$@"; exit $?"#;
    assert!(!detaches_by(NO_OPTION, |bot| bot
        .command_by(&[&AS_PID_1[..], &["sh", "-c", script, "sh"]].concat())));
}
