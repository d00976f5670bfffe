//! What a supervisor knows stands in a file beside the PID file, for as long as there is something
//! to say.

use std::fs;
use std::os::unix::fs::{MetadataExt, symlink};
use std::time::{Duration, SystemTime};

use nix::sys::signal::{Signal, kill};
use nix::sys::wait::WaitStatus;
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

/// The value of a key, if it is said.
fn said(bot: &Bot, key: &str) -> Option<String> {
    let text = fs::read_to_string(bot.file(FILE)).ok()?;
    let (text, _) = text.split_once("\nend\n")?;
    let line = text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(' '));
    line.map(ToOwned::to_owned)
}

#[track_caller]
fn await_state(bot: &Bot, state: &str) {
    wait::until(&format!("the state {state}"), || said(bot, "state").as_deref() == Some(state));
}

#[track_caller]
fn body_of(supervisor: &Daemon) -> Process {
    wait::for_some("a body", || supervisor.process.children().pop())
}

/// How far away a time is.
#[track_caller]
fn away(text: &str) -> Duration {
    let seconds: f64 = text.parse().expect("seconds");
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs_f64(seconds);
    time.duration_since(SystemTime::now()).unwrap_or_else(|earlier| earlier.duration())
}

#[test]
fn it_tells_the_life_of_a_bot_and_goes_with_it() {
    let bot = supervised(&["restart-plan=50000 50000 9", "sleep"]);
    let supervisor = bot.start();
    let body = body_of(&supervisor);
    await_state(&bot, "running");
    assert_eq!(said(&bot, "supervisor"), Some(supervisor.pid().to_string()));
    assert_eq!(said(&bot, "body"), Some(body.0.to_string()));
    assert_eq!(said(&bot, "restarts").as_deref(), Some("0"));
    assert_eq!((said(&bot, "last-end"), said(&bot, "next-start")), (None, None));
    assert_eq!(bot.mode(FILE), 0o644);
    let has_it = |process: Process| {
        let mut numbers = process.descriptors().into_keys();
        numbers.any(|number| process.has_open(number, &bot.file(FILE)))
    };
    assert!(has_it(supervisor.process));
    // It is no business of the body, which may have just been born.
    wait::until("a body without it", || !has_it(body));

    kill(body.0, Signal::SIGKILL).expect("it runs");
    await_state(&bot, "restarting");
    assert_eq!((said(&bot, "body"), said(&bot, "last-end").as_deref()), (None, Some("signal 9")));
    assert!(away(&said(&bot, "last-end-time").expect("a time")) < Duration::from_secs(30));
    let next = away(&said(&bot, "next-start").expect("a time"));
    assert!(next > Duration::from_secs(20) && next < Duration::from_secs(60), "{next:?}");

    let pid = supervisor.process.0;
    supervisor.signal(Signal::SIGTERM);
    assert_eq!(supervisor.end(), WaitStatus::Exited(pid, 0));
    assert_eq!(bot.files(), ["out.log"]);
}

#[test]
fn restarts_are_counted() {
    let bot = supervised(&["restart-quickly=9", "sleep"]);
    let supervisor = bot.start();
    for restarts in ["1", "2"] {
        let body = body_of(&supervisor);
        kill(body.0, Signal::SIGABRT).expect("it runs");
        wait::until("the next body", || {
            said(&bot, "state").as_deref() == Some("running")
                && said(&bot, "restarts").as_deref() == Some(restarts)
        });
        let told = ["last-end", "next-start"].map(|key| said(&bot, key));
        assert_eq!(told, [Some("signal 6".to_owned()), None]);
    }
}

#[test]
fn a_bot_that_is_waited_for_is_starting() {
    let bot =
        supervised(&["restart-quickly=9", "wait_ready=true", "note=note", "await-in-body=gate"]);
    let bot = bot.words(["ready", "sleep"].map(Into::into));
    let gate = Gate::closed(&bot.file("gate"));
    let launching = begin(bot.command());
    let body = bot.await_body();
    await_state(&bot, "starting");
    assert_eq!(said(&bot, "body"), Some(body.0.to_string()));
    gate.open();
    assert!(launching.finish().status.success());
    let _supervisor = bot.daemon();
    await_state(&bot, "running");
}

#[test]
fn it_stays_when_the_bot_was_given_up_until_the_next_start() {
    let bot = supervised(&["restart-quickly=2", "await-in-body=gate", "exit=3"]);
    let gate = Gate::closed(&bot.file("gate"));
    let supervisor = bot.start();
    let pid = supervisor.pid();
    gate.open();
    let _end = supervisor.end();
    assert!(!bot.pid_file().exists());
    let told = ["state", "supervisor", "body", "restarts", "last-end"].map(|key| said(&bot, key));
    let expected = ["given-up", &pid.to_string(), "", "1", "exit 3"];
    assert_eq!(told.map(Option::unwrap_or_default), expected);

    fs::remove_file(bot.file("gate")).expect("the gate");
    let gate = Gate::closed(&bot.file("gate"));
    let supervisor = bot.start();
    await_state(&bot, "running");
    assert_eq!(said(&bot, "restarts").as_deref(), Some("0"));
    let pid = supervisor.process.0;
    supervisor.signal(Signal::SIGTERM);
    assert_eq!(supervisor.end(), WaitStatus::Exited(pid, 0));
    drop(gate);
    assert!(!bot.file(FILE).exists());
}

#[test]
fn a_failed_start_leaves_none() {
    let bot = supervised(&["restart-quickly=9", "wait_ready=true", "exit=3"]);
    let _line = bot.refused(3);
    assert_eq!(bot.files(), ["out.log"]);
    let bot = bot!["restart-quickly=9", "chdir=missing", "sleep"];
    let _line = bot.refused(78);
    assert_eq!(bot.files(), [""; 0]);
}

#[test]
fn without_a_supervisor_or_a_pid_file_there_is_none() {
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
fn what_somebody_else_has_put_there_is_left_as_it_is() {
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
        let before = fs::symlink_metadata(bot.file(FILE)).expect("it is there");
        let text = fs::read(bot.file(FILE)).ok();
        let supervisor = bot.start();
        gate.open();
        let pid = supervisor.process.0;
        assert_eq!(supervisor.end(), WaitStatus::Exited(pid, 3));
        let after = fs::symlink_metadata(bot.file(FILE)).expect("it is there");
        assert_eq!((before.ino(), before.mtime_nsec()), (after.ino(), after.mtime_nsec()));
        assert_eq!(fs::read(bot.file(FILE)).ok(), text);
    }
}

/// Bots may call their log whatever they like.
#[test]
fn a_log_in_its_place_stays_a_log() {
    let bot = bot!["chdir=false", "restart-quickly=2", "exit=3"];
    let bot = bot.words([format!("redirect={FILE}").into()]);
    assert!(bot.launch().status.success());
    bot.await_in(FILE, "giving up");
}

/// The supervisor may write, but not remove.
#[test(needs = need::root)]
fn with_another_user_it_says_nothing_after_the_end() {
    let bot = supervised(&["uid=61234", "gid=61234", "restart-quickly=9", "sleep"]);
    let supervisor = bot.start();
    await_state(&bot, "running");
    assert_eq!(fs::metadata(bot.file(FILE)).expect("the file").uid(), 0);
    let pid = supervisor.process.0;
    supervisor.signal(Signal::SIGTERM);
    assert_eq!(supervisor.end(), WaitStatus::Exited(pid, 0));
    assert_eq!(bot.read(FILE), "");
}
