//! The state file, which a supervisor keeps beside the PID file. It has the state, the body, the
//! restarts and the last end.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::{MetadataExt, symlink};
use std::thread;
use std::time::{Duration, SystemTime};

use daemonize_runtime::control::{Status, status};
use nix::sys::inotify::{AddWatchFlags, InitFlags, Inotify};
use nix::sys::signal::{Signal, kill};
use tests::bot::{Bot, begin};
use tests::daemon::Daemon;
use tests::lock::Gate;
use tests::process::Process;
use tests::{bot, need, wait};

const FILE: &str = "builder.pid.state";

fn supervised(words: &[&str]) -> Bot {
    let bot = bot!["chdir=false", "redirect=out.log"];
    bot.words(words.iter().map(Into::into))
}

/// The value of a key in the state file, if the file has it.
fn value(bot: &Bot, key: &str) -> Option<String> {
    let text = fs::read_to_string(bot.file(FILE)).ok()?;
    let (text, _) = text.split_once("\nend ")?;
    let line = text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(' '));
    line.map(ToOwned::to_owned)
}

#[track_caller]
fn await_state(bot: &Bot, state: &str) {
    wait::until(&format!("the state {state}"), || value(bot, "state").as_deref() == Some(state));
}

#[track_caller]
fn body_of(supervisor: &Daemon) -> Process {
    wait::for_some("a body to run", || supervisor.process.children().pop())
}

/// The time between now and another time.
#[track_caller]
fn distance(text: &str) -> Duration {
    let seconds: f64 = text.parse().expect("seconds");
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs_f64(seconds);
    time.duration_since(SystemTime::now()).unwrap_or_else(|earlier| earlier.duration())
}

#[test]
fn the_state_file_follows_the_bot_and_is_removed_at_its_end() {
    let bot = supervised(&["restart-plan=50000 50000 9", "sleep"]);
    let supervisor = bot.start();
    let body = body_of(&supervisor);
    await_state(&bot, "running");
    assert_eq!(value(&bot, "supervisor"), Some(supervisor.pid().to_string()));
    assert_eq!(value(&bot, "body"), Some(body.0.to_string()));
    assert_eq!(value(&bot, "restarts").as_deref(), Some("0"));
    assert_eq!((value(&bot, "last-end"), value(&bot, "next-start")), (None, None));
    assert_eq!(bot.mode(FILE), 0o644);
    let has_it = |process: Process| {
        let mut numbers = process.descriptors().into_keys();
        numbers.any(|number| process.has_open(number, &bot.file(FILE)))
    };
    assert!(has_it(supervisor.process));
    // The body closes it, but may just have been forked.
    wait::until("the body to close it", || !has_it(body));

    kill(body.0, Signal::SIGKILL).expect("the body runs");
    await_state(&bot, "restarting");
    assert_eq!((value(&bot, "body"), value(&bot, "last-end").as_deref()), (None, Some("signal 9")));
    assert!(distance(&value(&bot, "last-end-time").expect("a time")) < Duration::from_secs(30));
    let Status::Restarting { next_start: Some(next), .. } = status(bot.pid_file()) else {
        panic!("{:?}", status(bot.pid_file()))
    };
    let next = next.duration_since(SystemTime::now()).expect("it is not over");
    assert!(next > Duration::from_secs(20) && next < Duration::from_secs(60), "{next:?}");

    supervisor.signal(Signal::SIGTERM);
    supervisor.assert_exits(0);
    assert_eq!(bot.files(), ["out.log"]);
}

#[test]
fn restarts_are_counted() {
    let bot = supervised(&["restart-quickly=9", "sleep"]);
    let supervisor = bot.start();
    for restarts in ["1", "2"] {
        let body = body_of(&supervisor);
        kill(body.0, Signal::SIGABRT).expect("the body runs");
        wait::until("the next body to run", || {
            value(&bot, "state").as_deref() == Some("running")
                && value(&bot, "restarts").as_deref() == Some(restarts)
        });
        let values = ["last-end", "next-start"].map(|key| value(&bot, key));
        assert_eq!(values, [Some("signal 6".to_owned()), None]);
    }
}

#[test]
fn a_bot_is_starting_until_it_is_ready() {
    let bot =
        supervised(&["restart-quickly=9", "wait_ready=true", "note=note", "await-in-body=gate"]);
    let bot = bot.words(["ready", "sleep"].map(Into::into));
    let gate = Gate::closed(&bot.file("gate"));
    let launching = begin(bot.command());
    let body = bot.await_body();
    await_state(&bot, "starting");
    assert_eq!(value(&bot, "body"), Some(body.0.to_string()));
    gate.open();
    assert!(launching.finish().status.success());
    let _supervisor = bot.daemon();
    await_state(&bot, "running");
}

#[test]
fn after_giving_up_the_state_file_stays_until_the_next_start() {
    let bot = supervised(&["restart-quickly=2", "await-in-body=gate", "exit=3"]);
    let gate = Gate::closed(&bot.file("gate"));
    let supervisor = bot.start();
    let pid = supervisor.pid();
    gate.open();
    let _end = supervisor.end();
    assert!(!bot.pid_file().exists());
    let values =
        ["state", "supervisor", "body", "restarts", "last-end"].map(|key| value(&bot, key));
    let expected = ["given-up", &pid.to_string(), "", "1", "exit 3"];
    assert_eq!(values.map(Option::unwrap_or_default), expected);

    fs::remove_file(bot.file("gate")).expect("the gate");
    let gate = Gate::closed(&bot.file("gate"));
    let supervisor = bot.start();
    await_state(&bot, "running");
    assert_eq!(value(&bot, "restarts").as_deref(), Some("0"));
    supervisor.signal(Signal::SIGTERM);
    supervisor.assert_exits(0);
    drop(gate);
    assert!(!bot.file(FILE).exists());
}

#[test]
fn a_failed_start_leaves_no_state_file() {
    let bot = supervised(&["restart-quickly=9", "wait_ready=true", "exit=3"]);
    let _line = bot.refused(3);
    assert_eq!(bot.files(), ["out.log"]);
    let bot = bot!["restart-quickly=9", "chdir=missing", "sleep"];
    let _line = bot.refused(78);
    assert_eq!(bot.files(), [""; 0]);
}

/// The names that disappear from the bot's start directory during a launch, in order.
pub(crate) fn removed_by(bot: &Bot, launch: impl FnOnce(&Bot)) -> Vec<OsString> {
    let watch = Inotify::init(InitFlags::IN_NONBLOCK).expect("a watch");
    watch.add_watch(&bot.start_directory(), AddWatchFlags::IN_DELETE).expect("a directory");
    launch(bot);
    let events = watch.read_events().unwrap_or_default();
    events.into_iter().filter_map(|event| event.name).collect()
}

/// Once the PID file is gone, the state file may be that of another start.
#[test]
fn the_state_file_of_a_failed_start_is_removed_before_the_pid_file() {
    let bot = bot!["restart-quickly=9", "chdir=missing", "sleep"];
    let removed = removed_by(&bot, |bot| drop(bot.refused(78)));
    assert_eq!(removed, [FILE, "builder.pid"]);

    // Where the daemon waits in vain for its launcher, that is for it to do.
    for delay in (0..50).map(|round| Duration::from_micros(200 * round)) {
        let bot = bot!["restart-quickly=9", "sleep"];
        let removed = removed_by(&bot, |bot| {
            let launching = begin(bot.command());
            thread::sleep(delay);
            launching.signal(Signal::SIGKILL);
            let _killed = launching.finish();
            wait::until("a daemon or no process", || {
                bot.processes().is_empty() || value(bot, "state").as_deref() == Some("running")
            });
        });
        assert!(
            [&[][..], &[FILE.into(), "builder.pid".into()]].contains(&&*removed),
            "{removed:?}"
        );
    }
}

#[test]
fn without_a_supervisor_or_a_pid_file_there_is_no_state_file() {
    for words in
        [&["restart=never", "sleep"][..], &["sleep"], &["restart=always", "exit=0", "when=false"]]
    {
        let bot = bot![].words(words.iter().map(Into::into));
        assert!(bot.launch().status.success());
        assert!(!bot.file(FILE).exists(), "{words:?}");
    }
    let bot = supervised(&["restart-quickly=1", "pid_file=false", "note=note", "exit=3"]);
    assert!(bot.launch().status.success());
    bot.await_in("out.log", "giving up");
    assert_eq!(bot.files(), ["note", "out.log"]);
}

#[test]
fn a_foreign_file_in_its_place_is_left_alone() {
    let plant: [fn(&Bot); 4] = [
        |bot| fs::write(bot.file(FILE), "the user's own notes\n").expect("a file"),
        |bot| {
            fs::write(bot.file("victim"), "state given-up\n").expect("a file");
            symlink("victim", bot.file(FILE)).expect("a link");
        },
        |bot| {
            fs::write(bot.file("victim"), "state given-up\n").expect("a file");
            fs::hard_link(bot.file("victim"), bot.file(FILE)).expect("a link");
        },
        |bot| fs::create_dir(bot.file(FILE)).expect("a directory"),
    ];
    for plant in plant {
        let bot = supervised(&["restart-quickly=2", "await-in-body=gate", "exit=3"]);
        plant(&bot);
        let gate = Gate::closed(&bot.file("gate"));
        let before = fs::symlink_metadata(bot.file(FILE)).expect("the file exists");
        let text = fs::read(bot.file(FILE)).ok();
        let supervisor = bot.start();
        gate.open();
        supervisor.assert_exits(3);
        let after = fs::symlink_metadata(bot.file(FILE)).expect("the file exists");
        assert_eq!((before.ino(), before.mtime_nsec()), (after.ino(), after.mtime_nsec()));
        assert_eq!(fs::read(bot.file(FILE)).ok(), text);
    }
}

/// A log may have any name.
#[test]
fn a_log_with_the_name_of_the_state_file_stays_a_log() {
    let bot = bot!["chdir=false", "restart-quickly=2", "exit=3"];
    let bot = bot.words([format!("redirect={FILE}").into()]);
    assert!(bot.launch().status.success());
    bot.await_in(FILE, "giving up");
}

/// The supervisor may write to the file, but not remove it.
#[test(needs = need::root)]
fn after_a_privilege_drop_the_state_file_is_empty_at_the_end() {
    let bot = supervised(&["uid=61234", "gid=61234", "restart-quickly=9", "sleep"]);
    let supervisor = bot.start();
    await_state(&bot, "running");
    assert_eq!(fs::metadata(bot.file(FILE)).expect("the file").uid(), 0);
    supervisor.signal(Signal::SIGTERM);
    supervisor.assert_exits(0);
    assert_eq!(bot.read(FILE), "");
}
