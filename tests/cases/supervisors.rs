//! Who watches the bot decides whether it detaches: it must not fork away from a supervisor, which
//! it tells when it is ready and when it goes.

use std::ffi::OsString;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::process::Command;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use tests::bot::{Bot, begin};
use tests::lock::Gate;
use tests::need::{self, AS_PID_1};
use tests::process::Process;
use tests::{bot, wait};

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

/// A service manager: a socket on which it listens, and what a bot is told of it.
struct Manager {
    socket: UnixDatagram,
    address: OsString,
}

impl Manager {
    fn at_path(bot: &Bot) -> Self {
        let path = bot.file("manager");
        Self::of(UnixDatagram::bind(&path), path.into())
    }

    fn at_abstract_name(bot: &Bot) -> Self {
        let name = bot.file("manager");
        let address = SocketAddr::from_abstract_name(name.as_os_str().as_encoded_bytes())
            .expect("a short name");
        let mut told = OsString::from("@");
        told.push(&name);
        Self::of(UnixDatagram::bind_addr(&address), told)
    }

    fn of(socket: std::io::Result<UnixDatagram>, address: OsString) -> Self {
        let socket = socket.expect("a socket");
        socket.set_nonblocking(true).expect("a flag");
        Self { socket, address }
    }

    /// What has come since it was asked for the last time.
    fn heard(&self) -> Vec<String> {
        let mut buffer = [0; 4096];
        let datagrams = std::iter::from_fn(|| {
            self.socket.recv(&mut buffer).ok().map(|end| buffer[..end].to_vec())
        });
        datagrams.map(|datagram| String::from_utf8(datagram).expect("text")).collect()
    }

    /// The command that starts the bot as a service.
    fn command(&self, bot: &Bot) -> Command {
        self.command_with(bot, "export LISTEN_PID=$$")
    }

    fn command_with(&self, bot: &Bot, script: &str) -> Command {
        let mut command = bot.command_in_shell(&format!(r#"{script}; exec "$@""#));
        command.env("NOTIFY_SOCKET", &self.address);
        command
    }
}

#[test]
fn readiness_and_the_end_are_told_over_a_path() {
    tells_readiness_and_the_end(Manager::at_path);
}

#[test]
fn readiness_and_the_end_are_told_over_an_abstract_name() {
    tells_readiness_and_the_end(Manager::at_abstract_name);
}

fn tells_readiness_and_the_end(manager: fn(&Bot) -> Manager) {
    for (ending, code) in [("note=end", 0), ("exit=3", 3), ("panic=out of cheese", 101)] {
        let bot = bot!["chdir=false", "note=up", "await-in-body=gate", ending];
        let gate = Gate::closed(&bot.file("gate"));
        let manager = manager(&bot);
        let launching = begin(manager.command(&bot));
        wait::until("the body", || bot.file("up").exists());
        assert_eq!(manager.heard(), ["READY=1"]);
        gate.open();
        assert_eq!(launching.finish().status.code(), Some(code));
        assert_eq!(manager.heard(), ["STOPPING=1"], "{ending}");
    }
}

#[test]
fn with_wait_ready_readiness_is_told_at_ready_and_once() {
    let bot =
        bot!["chdir=false", "wait_ready=true", "note=up", "await-in-body=gate", "ready", "ready"];
    let gate = Gate::closed(&bot.file("gate"));
    let manager = Manager::at_path(&bot);
    let launching = begin(manager.command(&bot));
    wait::until("the body", || bot.file("up").exists());
    assert!(manager.heard().is_empty());
    gate.open();
    assert!(launching.finish().status.success());
    assert_eq!(manager.heard(), ["READY=1", "STOPPING=1"]);
}

/// What a bot with these words says from its start to its end, as a service.
fn says(words: &[&str]) -> Vec<String> {
    let bot = bot![].words(words.iter().map(Into::into));
    let manager = Manager::at_path(&bot);
    let launch = begin(manager.command(&bot)).finish();
    assert!(launch.status.success(), "{launch:?}");
    manager.heard()
}

#[test]
fn a_bot_that_was_never_ready_says_nothing() {
    assert_eq!(says(&["wait_ready=true"]), [""; 0]);
}

#[test]
fn a_forked_child_says_no_farewell() {
    assert_eq!(says(&["fork"]), ["READY=1", "STOPPING=1"]);
}

#[test]
fn the_socket_is_no_business_of_children() {
    let is_unset = r#"run=test -z "${NOTIFY_SOCKET+set}""#;
    assert_eq!(says(&[is_unset]), ["READY=1", "STOPPING=1"]);
    assert_eq!(
        says(&["when=true", "wait_ready=true", is_unset, "ready"]),
        [""; 0],
        "in a daemon, too"
    );
}

#[test]
fn a_daemon_tells_nobody() {
    assert_eq!(says(&["when=true", "wait_ready=true", "ready"]), [""; 0]);
}

#[test]
fn a_killed_bot_says_no_farewell() {
    let bot = bot!["chdir=false", "note=up", "sleep"];
    let manager = Manager::at_path(&bot);
    let launching = begin(manager.command(&bot));
    wait::until("the body", || bot.file("up").exists());
    launching.signal(Signal::SIGKILL);
    let _launch = launching.finish();
    assert_eq!(manager.heard(), ["READY=1"]);
}

#[test]
fn a_manager_that_does_not_listen_does_not_matter() {
    for address in ["/missing/manager", "@nobody listens here", "vsock:2:1234", "relative"] {
        let bot = bot!["print=up"];
        let mut command = bot.command_in_shell(r#"export LISTEN_PID=$$; exec "$@""#);
        command.env("NOTIFY_SOCKET", address);
        let launch = begin(command).finish();
        assert!(
            launch.status.success() && launch.stdout == "up\n" && launch.stderr.is_empty(),
            "{launch:?}"
        );
    }
}

#[test]
fn without_evidence_nobody_is_told() {
    for option in [NO_OPTION, "when=false"] {
        let bot = bot!["chdir=false", option, "note=up"];
        let manager = Manager::at_path(&bot);
        assert!(
            begin(manager.command_with(&bot, "export LISTEN_PID=$PPID")).finish().status.success()
        );
        wait::until("the body", || bot.file("up").exists());
        bot.await_nothing_left();
        assert!(manager.heard().is_empty(), "{option}");
    }
}

/// The bot, seen from outside of the PID namespace whose first process it is.
fn first_process(bot: &Bot) -> Process {
    bot.await_text("up", "1\n");
    let is_first = |process: &Process| process.status("NSpid").ends_with("\t1");
    bot.processes().into_iter().find(is_first).expect("the bot runs in a namespace")
}

/// Long before a container engine gives up and kills.
const PROMPTLY: Duration = Duration::from_secs(5);

#[test(needs = need::pid_namespace)]
fn pid_1_stays_in_the_foreground_and_ends_when_it_is_asked() {
    for signal in [Signal::SIGTERM, Signal::SIGINT] {
        let bot = bot!["chdir=false", "print-is-daemon", "note=up", "sleep"];
        let launching = begin(bot.command_by(&AS_PID_1));
        let process = first_process(&bot);
        assert_eq!(bot.read("builder.pid"), "1\n");
        let asked = Instant::now();
        kill(process.0, signal).expect("it runs");
        let launch = launching.finish();
        assert!(asked.elapsed() < PROMPTLY, "{:?}", asked.elapsed());
        assert_eq!(launch.status.code(), Some(128 + signal as i32), "{launch:?}");
        assert_eq!(launch.stdout, "false\n");
    }
}

#[test(needs = need::pid_namespace)]
fn pid_1_tells_its_manager() {
    let bot = bot!["chdir=false", "wait_ready=true", "ready"];
    let manager = Manager::at_path(&bot);
    let mut command = bot.command_by(&AS_PID_1);
    command.env("NOTIFY_SOCKET", &manager.address);
    assert!(begin(command).finish().status.success());
    assert_eq!(manager.heard(), ["READY=1", "STOPPING=1"]);
}

#[test(needs = need::pid_namespace)]
fn pid_1_reaps_orphans() {
    let bot = bot!["chdir=false", "run=sleep 300 & sleep 300 & exit", "note=up", "sleep"];
    let _launching = begin(bot.command_by(&AS_PID_1));
    let first = first_process(&bot);
    let orphans = wait::for_some("the orphans", || <[Process; 2]>::try_from(first.children()).ok());
    kill(orphans[0].0, Signal::SIGKILL).expect("it runs");
    // A realtime signal, which has no name.
    let killed = Command::new("sh").args(["-c", &format!("kill -40 {}", orphans[1].0)]).status();
    assert!(killed.expect("a shell").success());
    wait::until("the orphans' burial", || orphans.iter().all(|orphan| orphan.stat().is_none()));
    assert!(first.is_alive());
}

#[test(needs = need::pid_namespace)]
fn pid_1_can_wait_for_its_own_children() {
    let bot = bot![
        "chdir=false",
        "run-and-wait-late=exit 0",
        "run-and-wait-late=exit 0",
        "note=up",
        "sleep"
    ];
    let _launching = begin(bot.command_by(&AS_PID_1));
    // The note is behind both.
    assert!(first_process(&bot).is_alive());
}
