//! What `status` and `stop` say where they cannot see which process holds the lock.

use std::process::Command;

use tests::bot::{Bot, begin};
use tests::files::give_away;
use tests::need::{self, AS_PID_1, NOBODY_ELSE, Need};

fn commander() -> Bot {
    Bot::new(env!("CARGO_BIN_EXE_commander"))
}

/// Runs the words by this command beside a running bot.
#[track_caller]
fn assert_nobody_can_tell(command: impl Fn(&Bot) -> Command) {
    let bot = commander();
    let daemon = bot.start();
    for word in ["status", "stop", "restart"] {
        let mut command = command(&bot);
        command.arg(word);
        let launch = begin(command).finish();
        assert_eq!(launch.status.code(), Some(4), "{word}: {launch:?}");
        let said = launch.stdout + &launch.stderr;
        assert!(said.contains("without a /proc of this PID namespace nobody can tell"), "{said}");
    }
    assert!(daemon.process.is_alive());
}

#[test(needs = need::mounts)]
fn without_proc_nothing_is_known_of_a_bot_to_anybody() {
    assert_nobody_can_tell(|bot| bot.command_after_mounting(need::HIDE_PROC));
}

/// There `/proc` has other numbers, and the bot's is that of a stranger.
#[test(needs = need::pid_namespace)]
fn nobody_is_stopped_from_another_pid_namespace() {
    // The inner shell makes processes until one has the number of the bot.
    let inside = r#"
        while :; do
            sleep 300 & stranger=$!
            [ $stranger -lt "$(cat commander.pid)" ] || break
            kill $stranger; wait $stranger
        done 2>/dev/null
        "$@" status; [ $? -eq 4 ] || exit 10
        "$@" stop; [ $? -eq 4 ] || exit 11
        kill $stranger || exit 12
    "#;
    let script = r#"
        inside=$1; shift
        "$@" start || exit 9
        unshare --pid --fork sh -c "$inside" sh "$@" || exit
        "$@" stop
    "#;
    let bot = commander();
    let words = [&AS_PID_1[..], &["sh", "-c", script, "sh", inside]].concat();
    let launch = begin(bot.command_by(&words)).finish();
    assert_eq!(launch.status.code(), Some(0), "{launch:?}");
    assert!(launch.stdout.ends_with("commander stopped\n"), "{launch:?}");
}

/// There nobody has the number of the bot.
#[test(needs = need::pid_namespace)]
fn the_bot_of_another_pid_namespace_is_not_called_misnamed() {
    assert_nobody_can_tell(|bot| bot.command_by(&["unshare", "--pid", "--fork"]));
}

const WITH_CAPABILITY: [&str; 5] =
    ["setpriv", "--inh-caps", "+net_raw", "--ambient-caps", "+net_raw"];

fn capability() -> Need {
    need::command("setpriv and capabilities", &[&WITH_CAPABILITY[..], &["true"]].concat())
}

/// Its table of descriptors can be listed, but not followed.
#[test(needs = capability)]
fn a_bot_with_more_capabilities_is_not_called_misnamed() {
    let bot = commander();
    give_away(bot.start_directory(), NOBODY_ELSE);
    let [user, group] = ["--reuid", "--regid"].map(|option| format!("{option}={NOBODY_ELSE}"));
    let as_user = ["setpriv", &user, &group, "--clear-groups"];
    let daemon = bot.start_by(bot.command_by(&[&as_user, &WITH_CAPABILITY[1..]].concat()));
    let mut command = bot.command_by(&as_user);
    command.arg("status");
    let launch = begin(command).finish();
    assert_eq!(launch.status.code(), Some(4), "{launch:?}");
    assert!(launch.stdout.contains("cannot be inspected"), "{launch:?}");
    assert!(daemon.process.is_alive());
}

#[test]
fn too_few_descriptors_are_the_reason_why_nothing_is_known() {
    let bot = commander();
    let _daemon = bot.start();
    for limit in 4..10 {
        let script = format!(r#"ulimit -n {limit} && exec "$@" status"#);
        let launch = begin(bot.command_in_shell(&script)).finish();
        match launch.status.code() {
            Some(0) => assert!(launch.stdout.contains("is running"), "{limit}: {launch:?}"),
            Some(4) => {
                assert!(launch.stdout.contains("(os error 24)"), "{limit}: {launch:?}");
            }
            _ => panic!("{limit}: {launch:?}"),
        }
    }
}
