//! Service managers: a bot must not fork away from the manager that supervises it.

use std::fs::File;
use std::process::Command;

use tests::bot::{Bot, begin};
use tests::need::{self, AS_PID_1};
use tests::{bot, wait};

/// Whether the bot becomes a daemon with these variables. `$$` is its own PID, and `$PPID` that of
/// its parent.
fn detaches(option: &str, variables: &str) -> bool {
    detaches_by(option, |bot| bot.command_in_shell(&format!(r#"export {variables}; exec "$@""#)))
}

fn detaches_by(option: &str, command: impl FnOnce(&Bot) -> Command) -> bool {
    let bot = bot!["chdir=false", "redirect=out.log", option, "print-is-daemon"];
    let launch = begin(command(&bot)).finish();
    assert!(launch.status.success(), "{launch:?}");
    if launch.stdout == "false\n" {
        assert!(!bot.file("out.log").exists(), "no log may be made in the foreground");
        return false;
    }
    assert_eq!(launch.stdout, "");
    bot.await_text("out.log", "true\n");
    true
}

/// An option at its default.
const NO_OPTION: &str = "reopen=false";

#[test]
fn evidence_that_names_this_process_keeps_it_in_the_foreground() {
    let evidence = [
        "LISTEN_PID=$$",
        "WATCHDOG_PID=$$",
        "SYSTEMD_EXEC_PID=$$ MANAGERPID=$PPID",
        // Not a forking unit, since it has a notification socket.
        "LISTEN_PID=$$ PIDFILE=/run/bot.pid NOTIFY_SOCKET=/missing",
    ];
    for variables in evidence {
        assert!(!detaches(NO_OPTION, variables), "{variables}");
    }
}

#[test]
fn evidence_that_names_another_process_is_ignored() {
    let no_evidence = [
        "LANG=C",
        "LISTEN_PID=$PPID",
        "LISTEN_PID=0$$",
        "LISTEN_PID=",
        "WATCHDOG_PID=$PPID",
        "SYSTEMD_EXEC_PID=$PPID MANAGERPID=$PPID",
        // The parent is not the manager.
        "SYSTEMD_EXEC_PID=$$",
        "SYSTEMD_EXEC_PID=$$ MANAGERPID=1",
        // A forking unit.
        "LISTEN_PID=$$ PIDFILE=/run/bot.pid",
        "SYSTEMD_EXEC_PID=$$ MANAGERPID=$PPID PIDFILE=/run/bot.pid",
        // Every process below a service inherits these.
        "NOTIFY_SOCKET=/run/systemd/notify",
        "INVOCATION_ID=0123 JOURNAL_STREAM=8:9 MANAGERPID=$PPID",
    ];
    for variables in no_evidence {
        assert!(detaches(NO_OPTION, variables), "{variables}");
    }
}

#[test]
fn variables_for_a_shell_say_nothing_about_its_children() {
    let script =
        r#"export LISTEN_PID=$$ WATCHDOG_PID=$$ SYSTEMD_EXEC_PID=$$ MANAGERPID=$$; "$@"; exit $?"#;
    assert!(detaches_by(NO_OPTION, |bot| bot.command_in_shell(script)));
}

#[test]
fn the_option_when_overrides_the_evidence() {
    assert!(detaches("when=true", "LISTEN_PID=$$"));
    assert!(!detaches("when=false", "LANG=C"));
    assert!(!detaches("when=false", "LISTEN_PID=$$ PIDFILE=/run/bot.pid"));
}

#[test(needs = need::pid_namespace)]
fn a_child_of_pid_1_that_systemd_executed_does_not_detach() {
    // The outer shell is PID 1 and waits for the inner one, which executes the bot.
    let script = r#"sh -c 'export SYSTEMD_EXEC_PID=$$; exec "$@"' sh "$@"; exit $?"#;
    assert!(!detaches_by(NO_OPTION, |bot| bot
        .command_by(&[&AS_PID_1[..], &["sh", "-c", script, "sh"]].concat())));
}

/// Starts a bot to whose process descriptors were passed, and expects the body to have them.
#[track_caller]
fn assert_descriptors_are_for_the_body(option: &str) {
    let script = r#"export LISTEN_FDS=1 LISTEN_PID=$$ LISTEN_PIDFDID=77; exec "$@" 3<passed"#;
    let print = r#"run=echo "$LISTEN_FDS $LISTEN_PID ${LISTEN_PIDFDID-gone}" >found"#;
    let bot = bot!["chdir=false", option, "note=note", print, "note=end", "sleep"];
    File::create(bot.file("passed")).expect("a file");
    let _launching = begin(bot.command_in_shell(script));
    let body = bot.await_body();
    wait::until("the body's last note", || bot.file("end").exists());
    assert!(body.has_open(3, &bot.file("passed")), "{option}");
    let pidfd = if option == "when=false" { "77" } else { "gone" };
    assert_eq!(bot.read("found"), format!("1 {} {pidfd}\n", body.0), "{option}");
}

#[test]
fn passed_descriptors_are_for_the_process_of_the_body() {
    assert_descriptors_are_for_the_body("when=false");
    assert_descriptors_are_for_the_body("when=true");
}

#[test]
fn passed_descriptors_are_for_the_supervised_body() {
    let bot = bot!["chdir=false", "when=true", "restart-quickly=3", "redirect=out.log"];
    let bot =
        bot.words(["note=note", r#"run=echo "$LISTEN_PID" >>found"#, "exit=1"].map(Into::into));
    let launch = begin(bot.command_in_shell(r#"export LISTEN_FDS=1 LISTEN_PID=$$; exec "$@" 3<."#));
    assert!(launch.finish().status.success());
    bot.await_nothing_left();
    let bodies = bot.read("note");
    assert_eq!((bodies.lines().count(), &bot.read("found")), (3, &bodies));
}

#[test]
fn descriptors_that_were_passed_to_another_process_stay_so() {
    let bot = bot!["chdir=false", "when=true", r#"run=echo "$LISTEN_PID" >found"#];
    let script = r#"echo $PPID >other; export LISTEN_FDS=1 LISTEN_PID=$PPID; exec "$@""#;
    assert!(begin(bot.command_in_shell(script)).finish().status.success());
    bot.await_text("found", &bot.read("other"));
}

/// The command that starts a bot as a service manager does, after a script.
fn supervised(bot: &Bot, script: &str) -> Command {
    bot.command_in_shell(&format!(r#"{script} && export LISTEN_PID=$$ && exec "$@""#))
}

/// Expects a PID file that cannot be made to fail the start, unless it is the default one and the
/// bot has chosen the foreground by itself.
#[track_caller]
fn assert_only_the_default_is_optional(command: impl Fn(&Bot) -> Command, reason: &str) {
    for words in [&["print=up"][..], &["reopen=true", "print=up"]] {
        let bot = bot![].words(words.iter().map(Into::into));
        let launch = begin(command(&bot)).finish();
        assert!(launch.status.success() && launch.stderr.is_empty(), "{reason}: {launch:?}");
        assert_eq!(launch.stdout, "up\n", "{reason}");
    }
    for word in ["pid_file=true", "pid_file=bot.pid", "when=false", "when=true"] {
        let bot = bot![word, "print=up"];
        let launch = begin(command(&bot)).finish();
        assert!(!launch.status.success() && launch.stdout.is_empty(), "{word}: {launch:?}");
        assert!(launch.stderr.contains(reason), "{word}: {launch:?}");
    }
}

#[test]
fn a_missing_directory_only_costs_the_default_pid_file() {
    let script = "mkdir gone && cd gone && rmdir ../gone";
    assert_only_the_default_is_optional(|bot| supervised(bot, script), "No such file");
}

#[test(needs = need::mounts)]
fn a_read_only_file_system_only_costs_the_default_pid_file() {
    let script = "mkdir made && mount -t tmpfs -o ro none made && cd made && export LISTEN_PID=$$";
    let command = |bot: &Bot| bot.command_after_mounting(script);
    assert_only_the_default_is_optional(command, "Read-only file system");
}

#[test(needs = need::ordinary_user)]
fn missing_rights_only_cost_the_default_pid_file() {
    let script = "mkdir closed && chmod 555 closed && cd closed";
    assert_only_the_default_is_optional(|bot| supervised(bot, script), "Permission denied");
}

#[test(needs = need::root)]
fn missing_rights_of_the_daemons_user_only_cost_the_default_pid_file() {
    let words = ["uid=61234", "gid=61234"];
    // A directory of that user, in which root opens nothing.
    let script = "mkdir theirs && chown 61234 theirs && chmod 555 theirs && cd theirs";
    let bot = bot!["print=up"].words(words.map(Into::into));
    let launch = begin(supervised(&bot, script)).finish();
    assert!(launch.status.success() && launch.stderr.is_empty(), "{launch:?}");
    assert_eq!(launch.stdout, "up\n");
    let bot = bot!["pid_file=true", "print=up"].words(words.map(Into::into));
    let line = begin(supervised(&bot, script)).finish().refusal("builder", 73);
    assert!(line.contains("builder.pid") && line.contains("Permission denied"), "{line}");
}

#[test]
fn an_obstacle_in_place_of_the_default_pid_file_is_an_error() {
    for script in ["echo text >builder.pid", "mkdir builder.pid", "ln -s other builder.pid"] {
        let bot = bot!["print=up"];
        let line = begin(supervised(&bot, script)).finish().refusal("builder", 73);
        assert!(line.contains("builder.pid"), "{line}");
    }
}

#[test]
fn an_error_in_the_journal_has_its_priority() {
    let journal = "$(stat -c %d:%i err)";
    let cases = [
        (journal, "<3>"),
        ("8:9", ""),
        ("", ""),
        ("$(stat -c %d:%i out)", ""),
        ("$(stat -c %d err)", ""),
    ];
    for (stream, priority) in cases {
        for mode in ["when=true", "when=false"] {
            let bot = bot![mode, "chdir=missing"];
            let script = format!(r#">out; >err; export JOURNAL_STREAM={stream}; exec "$@" 2>err"#);
            assert_eq!(begin(bot.command_in_shell(&script)).finish().status.code(), Some(78));
            let line = bot.read("err");
            assert!(line.starts_with(&format!("{priority}builder: ")), "{stream}: {line}");
        }
    }
}
