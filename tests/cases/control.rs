//! Status and stop by the PID file. The lock is the truth: only a process that provably holds it is
//! signalled.

use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, SystemTime};

use daemonize_runtime::control::{self, Lock, Status, Stop, StopError, Stopped, status};
use nix::sys::signal::Signal;
use nix::sys::stat::Mode;
use nix::unistd::{Pid, mkfifo};
use tests::bot::{Bot, begin, word};
use tests::files::{give_away, set_mode};
use tests::need::{self, NOBODY_ELSE};
use tests::process::Process;
use tests::signals::bit;
use tests::{bot, lock, wait};

/// The time limit for bots that obey.
const PATIENCE: Duration = wait::PATIENCE;

/// The time limit for bots that do not.
const SHORT: Duration = Duration::from_millis(200);

/// Stops a bot. If the call hangs, this test fails.
fn stop(pid_file: &Path, timeout: Duration) -> Result<Stopped, StopError> {
    let (sender, receiver) = mpsc::channel();
    let pid_file = pid_file.to_owned();
    let how = Stop::default().timeout(timeout);
    thread::spawn(move || sender.send(control::stop(pid_file, how)));
    receiver.recv_timeout(2 * wait::PATIENCE).expect("`stop` returns")
}

fn is_unknown(status: &Status) -> bool {
    matches!(status, Status::Unknown(_))
}

#[test]
fn the_status_of_a_running_bot_has_its_start_time() {
    let before = SystemTime::now() - Duration::from_secs(2);
    for option in ["wait_ready=false", "restart=always"] {
        let bot = bot![option, "sleep"];
        let daemon = bot.start();
        let Status::Running { pid, since, .. } = status(bot.pid_file()) else {
            panic!("{:?}", status(bot.pid_file()))
        };
        assert_eq!(pid, daemon.pid());
        assert!(
            before <= since && since <= SystemTime::now() + Duration::from_secs(2),
            "{since:?}"
        );
    }
}

#[test]
fn a_bot_that_does_not_run_is_dead_if_it_left_its_file() {
    let bot = bot!["sleep"];
    assert_eq!(status(bot.pid_file()), Status::NotRunning);
    bot.start().kill();
    assert_eq!(status(bot.pid_file()), Status::Dead);
    assert!(bot.pid_file().exists(), "`status` must change nothing");
}

#[test]
fn a_locked_empty_file_is_a_bot_that_starts() {
    let bot = bot!["sleep"];
    let _file = lock::take_new(&bot.pid_file());
    assert_eq!(status(bot.pid_file()), Status::Starting);
}

#[test]
fn stop_waits_for_a_start_only_within_its_time_limit() {
    let bot = bot!["sleep"];
    let _file = lock::take_new(&bot.pid_file());
    for timeout in [SHORT, Duration::ZERO] {
        let stopped = stop(&bot.pid_file(), timeout);
        assert!(matches!(stopped, Err(StopError::StillStarting)), "{stopped:?}");
        assert!(bot.pid_file().exists());
    }
}

#[test]
fn stop_waits_for_process_and_lock_then_removes_the_file() {
    let bot = bot!["sleep"];
    let daemon = bot.start();
    assert_eq!(stop(&bot.pid_file(), PATIENCE).expect("the bot stops"), Stopped::Ended(Lock::Free));
    assert!(!daemon.process.is_alive() && !bot.pid_file().exists());
    let _next = bot.start();
}

#[test]
fn stop_has_nothing_to_do_when_no_bot_runs() {
    let bot = bot!["sleep"];
    assert_eq!(stop(&bot.pid_file(), PATIENCE).expect("nothing to do"), Stopped::WasNotRunning);
    bot.start().kill();
    assert_eq!(stop(&bot.pid_file(), PATIENCE).expect("nothing to do"), Stopped::WasNotRunning);
    assert!(!bot.pid_file().exists(), "the PID file of a dead bot is still there");
}

#[test]
fn stop_kills_a_bot_that_does_not_obey() {
    let bot = bot!["redirect=out.log", "block=SIGTERM", "print=deaf", "sleep"];
    let daemon = bot.start_and_await("out.log", "deaf\n");
    assert_eq!(
        stop(&bot.pid_file(), SHORT).expect("the bot is killed"),
        Stopped::Killed(Lock::Free)
    );
    assert!(!daemon.process.is_alive() && !bot.pid_file().exists());
}

/// As in a container whose filter refuses handles of processes. The test reaps the bot later.
#[test]
fn a_bot_that_nobody_has_reaped_has_ended() {
    let bot = bot!["sleep"];
    let _daemon = bot.start();
    let stop = bot!["no-handles", word("stop", &bot.pid_file())];
    assert_eq!(stop.launch().status.code(), Some(0), "it ended when it was asked");
    assert!(!bot.pid_file().exists());
}

#[test]
fn stop_ends_a_bot_that_is_stopped_by_ctrl_z() {
    let bot = bot!["sleep"];
    let daemon = bot.start();
    daemon.signal(Signal::SIGSTOP);
    wait::until("the bot to be stopped", || daemon.stat().state == b'T');
    assert_eq!(stop(&bot.pid_file(), PATIENCE).expect("the bot stops"), Stopped::Ended(Lock::Free));
    assert!(!daemon.process.is_alive() && !bot.pid_file().exists());
}

#[test]
fn stop_ends_a_bot_in_the_foreground() {
    let bot = bot!["chdir=false", "when=false", "note=note", "sleep"];
    let launching = begin(bot.command());
    let _body = bot.await_body();
    assert_eq!(stop(&bot.pid_file(), PATIENCE).expect("the bot stops"), Stopped::Ended(Lock::Free));
    assert_eq!(launching.finish().status.code(), None, "a signal must have ended it");
    assert!(!bot.pid_file().exists());
}

#[test]
fn the_longest_time_limit_is_no_limit() {
    let bot = bot!["sleep"];
    let _daemon = bot.start();
    let stopped = stop(&bot.pid_file(), Duration::MAX);
    assert_eq!(stopped.expect("the bot stops"), Stopped::Ended(Lock::Free));
}

#[test]
fn a_child_that_keeps_the_lock_is_named_and_not_awaited() {
    let bot = bot!["redirect=out.log", "fork-and-sleep=300000", "print=forked", "sleep"];
    let daemon = bot.start_and_await("out.log", "forked\n");
    let [child] = daemon.process.children()[..] else { panic!("there must be one child") };
    let stopped = stop(&bot.pid_file(), PATIENCE).expect("the bot stops");
    assert_eq!(stopped, Stopped::Ended(Lock::Left(Some(child.0.as_raw()))));
    assert!(!daemon.process.is_alive() && child.is_alive());
    assert!(lock::is_held(&bot.pid_file()), "the child no longer holds the lock");
    let Status::Unknown(why) = status(bot.pid_file()) else { panic!("the state must be unknown") };
    assert!(why.contains(&format!("but PID {} holds its lock", child.0)), "{why}");
    assert_stop_refuses(&bot);
    assert!(child.is_alive());
}

#[test]
fn stop_succeeds_when_a_child_ends_a_moment_later() {
    let bot = bot!["redirect=out.log", "fork-and-sleep=50", "print=forked", "sleep"];
    let _daemon = bot.start_and_await("out.log", "forked\n");
    let stopped = stop(&bot.pid_file(), PATIENCE).expect("the bot stops");
    // On a busy machine the child may end too late.
    assert!(matches!(stopped, Stopped::Ended(Lock::Free | Lock::Left(_))), "{stopped:?}");
    bot.await_nothing_left();
}

/// Waits until the state file exists, by which `stop` recognizes a supervisor.
#[track_caller]
fn await_state_file(bot: &Bot) {
    wait::until("the state file to be written", || {
        matches!(status(bot.pid_file()), Status::Running { supervision: Some(_), .. })
    });
}

#[test]
fn the_time_limit_of_stop_replaces_that_of_the_supervisor() {
    // The body needs longer than the supervisor's own limit to save its work.
    let saving = "trap 'sleep 1; touch saved; exit' TERM; touch up; while :; do sleep 0.05; done";
    let bot = bot![
        "chdir=false",
        "restart=always",
        "stop_timeout=0.1",
        "block=SIGTERM",
        format!("run=exec sh -c \"{saving}\"")
    ];
    let supervisor = bot.start();
    wait::until("the body to run", || bot.file("up").exists());
    await_state_file(&bot);
    assert_eq!(stop(&bot.pid_file(), PATIENCE).expect("the bot stops"), Stopped::Ended(Lock::Free));
    assert!(bot.file("saved").exists() && !supervisor.process.is_alive());
}

#[test]
fn a_supervisor_kills_a_body_that_ignores_stop_and_is_not_killed_itself() {
    // Much shorter than the supervisor's own limit.
    for timeout in [SHORT, Duration::ZERO] {
        let bot = bot!["restart=always", "stop_timeout=300", "block=SIGTERM", "sleep"];
        let supervisor = bot.start();
        let body =
            wait::for_some("a body to run", || supervisor.process.children().first().copied());
        wait::until("the body to block SIGTERM", || {
            body.signals("SigBlk") & bit(Signal::SIGTERM) != 0
        });
        await_state_file(&bot);
        let stopped = stop(&bot.pid_file(), timeout).expect("the bot stops");
        assert_eq!(stopped, Stopped::Ended(Lock::Free), "{timeout:?}");
        assert!(!supervisor.process.is_alive() && !body.is_alive());
        assert!(
            !bot.pid_file().exists(),
            "the supervisor was killed before it could remove the file"
        );
    }
}

#[test]
fn stop_sends_the_signal_that_was_chosen() {
    let bot = bot![
        "redirect=out.log",
        "chdir=false",
        "block=SIGTERM",
        "block=SIGUSR1",
        "print=deaf",
        "sleep"
    ];
    let daemon = bot.start_and_await("out.log", "deaf\n");
    let how = Stop::default().timeout(SHORT).signal("USR1");
    let stopping = thread::spawn({
        let pid_file = bot.pid_file();
        move || control::stop(pid_file, how)
    });
    wait::until("the signal to be pending", || {
        daemon.process.signals("ShdPnd") & bit(Signal::SIGUSR1) != 0
    });
    assert_eq!(
        daemon.process.signals("ShdPnd") & bit(Signal::SIGTERM),
        0,
        "SIGTERM must not be sent"
    );
    let stopped = stopping.join().expect("`stop` returns");
    assert_eq!(stopped.expect("the bot is killed"), Stopped::Killed(Lock::Free));
    let refused = control::stop(bot.pid_file(), Stop::default().signal("KILL"));
    assert!(matches!(refused, Err(StopError::UnknownSignal(name)) if name == "KILL"));
}

/// A process of somebody else, which must not be signalled.
struct Stranger(Child);

impl Stranger {
    fn new() -> Self {
        Self(Command::new("sleep").arg("300").spawn().expect("a process"))
    }

    fn pid(&self) -> i32 {
        i32::try_from(self.0.id()).expect("a PID")
    }

    /// Expects the process to be alive: any signal of `stop` would have ended it.
    fn assert_unharmed(&self) {
        assert!(Process(Pid::from_raw(self.pid())).is_alive(), "the stranger was signalled");
    }
}

impl Drop for Stranger {
    fn drop(&mut self) {
        self.0.kill().and_then(|()| self.0.wait()).expect("the process has not been reaped");
    }
}

#[test]
fn a_stranger_with_the_pid_of_a_dead_bot_is_left_alone() {
    let bot = bot!["sleep"];
    let stranger = Stranger::new();
    fs::write(bot.pid_file(), format!("{}\n", stranger.pid())).expect("a file");
    assert_eq!(status(bot.pid_file()), Status::Dead);
    assert_eq!(stop(&bot.pid_file(), SHORT).expect("nothing to do"), Stopped::WasNotRunning);
    stranger.assert_unharmed();
}

#[test]
fn a_stranger_in_the_file_of_a_living_bot_is_left_alone() {
    let bot = bot!["sleep"];
    let stranger = Stranger::new();
    let daemon = bot.start();
    fs::write(bot.pid_file(), format!("{}\n", stranger.pid())).expect("the file");
    assert_stop_refuses(&bot);
    stranger.assert_unharmed();
    assert!(daemon.process.is_alive());
}

/// Another start has locked the file of a dead bot, and has not removed it yet.
#[test]
fn a_stranger_is_not_what_the_word_start_is_content_with() {
    let bot = Bot::new(env!("CARGO_BIN_EXE_commander"));
    let stranger = Stranger::new();
    let _lock = lock::take_new(&bot.pid_file());
    fs::write(bot.pid_file(), format!("{}\n", stranger.pid())).expect("the file");
    let line = bot.tell(&["start"]).refusal("commander", 75);
    assert!(line.contains("already running"), "{line}");
    stranger.assert_unharmed();
}

/// Expects `status` and `stop` to answer "unknown" at once and to leave the file as it is.
fn assert_stop_refuses(bot: &Bot) {
    let text = fs::read(bot.pid_file()).ok();
    let seen = status(bot.pid_file());
    assert!(is_unknown(&seen), "{seen:?}");
    let stopped = stop(&bot.pid_file(), PATIENCE);
    assert!(matches!(stopped, Err(StopError::Unknown(_))), "{stopped:?}");
    assert_eq!(fs::read(bot.pid_file()).ok(), text);
}

#[test]
fn impossible_pids_are_never_signalled() {
    for text in ["0\n", "1\n", "2147483647\n", "4294967295\n", "99999999999999999999\n"] {
        let bot = bot!["sleep"];
        fs::write(bot.pid_file(), text).expect("a file");
        let holder = File::open(bot.pid_file()).expect("the file");
        holder.lock().expect("the file is not locked");
        let stopped = stop(&bot.pid_file(), SHORT);
        assert!(
            matches!(stopped, Err(StopError::Unknown(_) | StopError::StillStarting)),
            "{text:?}: {stopped:?}"
        );
        assert_eq!(bot.read("builder.pid"), text);
        // Closing the file is not enough: children that other tests fork inherit it for a moment.
        holder.unlock().expect("the lock is ours");
        assert_eq!(status(bot.pid_file()), Status::Dead, "{text:?}");
        assert_eq!(
            stop(&bot.pid_file(), SHORT).expect("nothing to do"),
            Stopped::WasNotRunning,
            "{text:?}"
        );
    }
}

#[test]
fn a_file_without_a_pid_is_left_alone() {
    for text in
        ["-1\n", "notes\n", "12 34\n", "12\n34\n", "0x10\n", &"7".repeat(100), &"x".repeat(1 << 20)]
    {
        let bot = bot!["sleep"];
        fs::write(bot.pid_file(), text).expect("a file");
        assert_stop_refuses(&bot);
    }
}

#[test]
fn a_locked_file_without_a_pid_is_left_alone() {
    for text in ["-1\n", "notes\n"] {
        let bot = bot!["sleep"];
        fs::write(bot.pid_file(), text).expect("a file");
        let holder = File::open(bot.pid_file()).expect("the file");
        holder.lock().expect("the file is not locked");
        assert_stop_refuses(&bot);
    }
}

#[test]
fn an_obstacle_is_left_alone_without_blocking() {
    let obstacles: [fn(&Path); 4] = [
        |path| mkfifo(path, Mode::S_IRWXU).expect("a pipe"),
        |path| fs::create_dir(path).expect("a directory"),
        |path| symlink("missing", path).expect("a link"),
        |path| symlink("/dev/zero", path).expect("a link"),
    ];
    for put_obstacle in obstacles {
        let bot = bot!["sleep"];
        put_obstacle(&bot.pid_file());
        let before = fs::symlink_metadata(bot.pid_file()).expect("the obstacle").file_type();
        let stopped = stop(&bot.pid_file(), PATIENCE);
        assert!(matches!(stopped, Err(StopError::Unknown(_))), "{before:?}: {stopped:?}");
        assert!(is_unknown(&status(bot.pid_file())), "{before:?}");
        assert_eq!(fs::symlink_metadata(bot.pid_file()).expect("the obstacle").file_type(), before);
    }
    let bot = bot!["sleep"];
    let daemon = bot.start();
    symlink(bot.pid_file(), bot.file("link.pid")).expect("a link");
    assert!(is_unknown(&status(bot.file("link.pid"))), "a symbolic link is no PID file");
    assert!(stop(&bot.file("link.pid"), PATIENCE).is_err());
    assert!(daemon.process.is_alive());
}

#[test]
fn constant_status_checks_disturb_no_start() {
    let _looks = looks_at_fifty_starts_and_ends();
}

#[test]
fn a_starting_or_ending_bot_is_never_in_an_unknown_state() {
    let mut looks = looks_at_fifty_starts_and_ends();
    looks.retain(is_unknown);
    assert_eq!(looks, [], "these answers should have been certain");
}

/// Starts and kills a bot repeatedly, and returns every status that was seen meanwhile.
fn looks_at_fifty_starts_and_ends() -> Vec<Status> {
    let bot = bot!["sleep"];
    let start_and_kill = || (0..50).for_each(|_| bot.start().kill());
    wait::look_during(start_and_kill, || status(bot.pid_file()))
}

/// A supervisor ends in good order, and removes its file.
#[test]
fn a_starting_or_ending_bot_is_never_dead() {
    let bot = bot!["restart=always", "sleep"];
    let start_and_stop = || {
        for _ in 0..200 {
            let _daemon = bot.start();
            let stopped = stop(&bot.pid_file(), PATIENCE).expect("the bot stops");
            assert_eq!(stopped, Stopped::Ended(Lock::Free));
        }
    };
    let mut looks = wait::look_during(start_and_stop, || status(bot.pid_file()));
    looks.retain(|status| *status == Status::Dead || is_unknown(status));
    assert_eq!(looks, [], "the bot left nothing");
}

#[test(needs = need::root)]
fn a_file_of_another_user_proves_nothing() {
    let bot = bot!["sleep"];
    let daemon = bot.start();
    give_away(bot.pid_file(), NOBODY_ELSE);
    assert_stop_refuses(&bot);
    assert!(daemon.process.is_alive());
}

#[test(needs = need::root)]
fn another_user_gets_no_status_and_stops_nothing() {
    let bot = Bot::new(env!("CARGO_BIN_EXE_commander"));
    set_mode(bot.start_directory(), 0o755);
    let daemon = bot.start();
    for word in ["status", "stop", "restart"] {
        let mut command = bot.command_of_copy();
        command.arg(word).uid(NOBODY_ELSE);
        let launch = begin(command).finish();
        assert_eq!(launch.status.code(), Some(4), "{word}: {launch:?}");
        assert!((launch.stdout + &launch.stderr).contains("only root can tell"), "{word}");
    }
    assert!(daemon.process.is_alive());
}

#[test(needs = need::root)]
fn a_bot_that_dropped_root_is_stopped_and_its_file_removed() {
    let bot = bot![format!("uid={NOBODY_ELSE}"), format!("gid={NOBODY_ELSE}"), "sleep"];
    let daemon = bot.start();
    assert!(matches!(status(bot.pid_file()), Status::Running { pid, .. } if pid == daemon.pid()));
    assert_eq!(stop(&bot.pid_file(), PATIENCE).expect("the bot stops"), Stopped::Ended(Lock::Free));
    assert!(!daemon.process.is_alive() && !bot.pid_file().exists());
}

#[test]
fn a_lock_that_outlives_the_daemon_is_explained() {
    let bot = bot!["redirect=out.log", "fork-and-sleep=300000", "print=forked", "sleep"];
    let daemon = bot.start_and_await("out.log", "forked\n");
    let pid = daemon.pid();
    daemon.kill();
    let line = bot.launch().refusal("builder", 75);
    assert_eq!(
        line,
        format!(
            "builder: cannot start: already running: PID {pid} is gone, but another process holds \
             its lock (builder.pid)"
        )
    );
}

#[test]
fn a_bot_whose_supervisor_was_just_killed_can_be_started() {
    let bot = bot!["restart=always", "sleep"];
    for _ in 0..10 {
        bot.start().kill();
    }
}

/// A user who may not read a program may not inspect its processes either.
#[test(needs = need::root)]
fn a_bot_that_its_own_user_may_not_inspect_is_known_to_root() {
    let bot = Bot::new(env!("CARGO_BIN_EXE_commander"));
    give_away(bot.start_directory(), NOBODY_ELSE);
    let copy = bot.file(bot.name());
    drop(bot.command_of_copy());
    set_mode(&copy, 0o711);
    let tell = |word: &str, user: Option<u32>| {
        let mut command = bot.command_of(&copy);
        command.arg(word);
        if let Some(user) = user {
            command.uid(user).gid(user);
        }
        begin(command).finish()
    };
    let started = tell("start", Some(NOBODY_ELSE));
    assert!(started.status.success(), "{started:?}");
    let own = tell("status", Some(NOBODY_ELSE));
    assert_eq!(own.status.code(), Some(4), "{own:?}");
    assert!(own.stdout.contains("cannot be inspected"), "{own:?}");
    assert_eq!(tell("stop", Some(NOBODY_ELSE)).status.code(), Some(4));
    let seen = tell("status", None);
    assert!(seen.stdout.contains("is running"), "{seen:?}");
    assert_eq!(tell("stop", None).stdout, "commander stopped\n");
}
