//! What `status` says through the whole life of a supervised bot with `wait_ready`, compared with
//! the truth from `/proc` and the lock.

use std::fs::{self, File};
use std::thread;
use std::time::{Duration, Instant};

use daemonize_runtime::control::{BodyEnd, Status, Stop, status, stop};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Uid;
use serde_json::Value;
use tests::bot::{Bot, begin};
use tests::files::{give_away, set_mode};
use tests::lock::Gate;
use tests::need::{self, NOBODY_ELSE, Need};
use tests::process::Process;
use tests::{bot, lock, wait};

/// How long the truth must be unchanged before a look counts. The supervisor has to notice a change
/// first.
const SETTLED: Duration = Duration::from_millis(200);

/// The time between two looks, each of which executes a program.
const PAUSE: Duration = Duration::from_millis(100);

fn keeper() -> Bot {
    Bot::new(env!("CARGO_BIN_EXE_keeper"))
}

/// A gate at which every body waits, and which can be closed again.
struct Barrier(File);

impl Barrier {
    fn closed(bot: &Bot, name: &str) -> Self {
        let file = File::create_new(bot.file(name)).expect("a new file");
        file.lock().expect("a new file is not locked");
        Self(file)
    }

    /// Lets the waiting body pass, but not the next one.
    fn let_one_pass(&self, bot: &Bot) {
        let body = body_of(bot).expect("a body");
        let _held = Held::supervisor_of(bot);
        self.0.unlock().expect("the lock is ours");
        wait::until("the body to pass", || !body.is_alive());
        self.0.lock().expect("the file can be locked");
    }
}

/// A supervisor that is stopped. Its delay would be over before a slow machine has looked.
struct Held(Process);

impl Held {
    fn supervisor_of(bot: &Bot) -> Self {
        let supervisor = named(bot).expect("a supervisor");
        kill(supervisor.0, Signal::SIGSTOP).expect("it runs");
        wait::until("the supervisor to stand still", || {
            supervisor.stat().is_some_and(|stat| stat.state == b'T')
        });
        Self(supervisor)
    }

    /// Lets a body pass, and holds the supervisor before it starts the next one.
    fn before_a_restart(bot: &Bot, barrier: &Barrier) -> Self {
        barrier.let_one_pass(bot);
        let is_restarting = || matches!(status(bot.pid_file()), Status::Restarting { .. });
        wait::until("the supervisor to notice", is_restarting);
        let held = Self::supervisor_of(bot);
        assert!(is_restarting(), "the delay is over");
        held
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        // A test that fails may have killed it.
        let _ = kill(self.0.0, Signal::SIGCONT);
    }
}

/// The process that the PID file names.
fn named(bot: &Bot) -> Option<Process> {
    let text = fs::read_to_string(bot.pid_file()).ok()?;
    let number = text.strip_suffix('\n')?.parse().ok().filter(|&number: &i32| number > 0)?;
    Some(Process(nix::unistd::Pid::from_raw(number)))
}

/// The living body of the supervisor that the PID file names.
fn body_of(bot: &Bot) -> Option<Process> {
    named(bot)?.children().into_iter().find(|child| child.is_alive())
}

/// The true state, from `/proc` and the lock.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Truth {
    Starting,
    Running { supervisor: Process, body: Process },
    Restarting { supervisor: Process },
    Down,
}

fn truth(bot: &Bot) -> Truth {
    if !lock::is_held(&bot.pid_file()) {
        return Truth::Down;
    }
    match (named(bot), body_of(bot)) {
        (None, _) => Truth::Starting,
        (Some(supervisor), Some(body)) => Truth::Running { supervisor, body },
        (Some(supervisor), None) => Truth::Restarting { supervisor },
    }
}

/// Compares the answer of the word `status` with the truth, and returns the name of the state.
fn compare(bot: &Bot, truth: &Truth, answer: &Value) -> &'static str {
    let log = fs::read_to_string(bot.file("out.log")).unwrap_or_default();
    let restarts = log.matches("restarting in").count();
    let pid = |process: &Process| process.0.as_raw();
    let is = |state: &str, supervisor: Option<&Process>, body: Option<&Process>| {
        assert_eq!(answer["state"], state, "{truth:?}: {answer}");
        assert_eq!(answer["pid"].as_i64(), supervisor.map(|it| pid(it).into()), "{answer}");
        assert_eq!(answer["body"].as_i64(), body.map(|it| pid(it).into()), "{answer}");
    };
    match truth {
        Truth::Starting => {
            is("starting", None, None);
            "starting"
        }
        Truth::Running { supervisor, body } => {
            is("running", Some(supervisor), Some(body));
            assert_eq!(answer["restarts"], restarts, "{answer}");
            assert_eq!(answer["last_end"].is_null(), restarts == 0, "{answer}");
            "running"
        }
        Truth::Restarting { supervisor } => {
            is("restarting", Some(supervisor), None);
            let left = answer["restart_in"].as_f64().expect("a time");
            assert!(left <= 1.8, "the delay is 1.5 s, and at most a fifth more: {answer}");
            assert_eq!(answer["restarts"], restarts - 1, "{answer}");
            "restarting"
        }
        Truth::Down if log.contains("giving up") => {
            is("given up", None, None);
            assert_eq!(answer["restarts"], 2, "{answer}");
            assert_eq!(answer["last_end"]["code"], 3, "{answer}");
            "given up"
        }
        Truth::Down => {
            is("not running", None, None);
            "not running"
        }
    }
}

#[test]
fn status_is_true_through_a_whole_life() {
    let bot = keeper();
    let (first, second) = (Gate::closed(&bot.file("first")), Barrier::closed(&bot, "second"));
    // Looks repeatedly until this state is seen.
    let look_until = |state: &str| {
        let (mut last, mut since) = (truth(&bot), Instant::now());
        wait::until(state, || {
            thread::sleep(PAUSE);
            let answer = bot.tell(&["status", "--json"]).stdout;
            let api = status(bot.pid_file());
            let now = truth(&bot);
            if now != last {
                (last, since) = (now, Instant::now());
                return false;
            }
            let answer = serde_json::from_str(&answer).expect("JSON");
            since.elapsed() >= SETTLED + PAUSE && {
                assert_agree(&api, &answer);
                compare(&bot, &last, &answer) == state
            }
        });
    };
    look_until("not running");
    let start = bot.begin_with(&["start", "await=first", "ready", "await=second", "exit=3"]);
    look_until("starting");
    first.open();
    let launch = start.finish();
    assert!(launch.status.success(), "{launch:?}");
    for _ in 0..2 {
        look_until("running");
        let _held = Held::before_a_restart(&bot, &second);
        look_until("restarting");
    }
    look_until("running");
    second.let_one_pass(&bot);
    look_until("given up");
    let line = bot.answer(&["status"], 1);
    assert!(
        line.starts_with(
            "keeper is not running: its supervisor has given up, 2 restarts, last exit code 3 at 20"
        ),
        "{line}"
    );
}

#[test]
fn a_supervisor_is_known_as_one_when_the_launcher_returns() {
    for user in ["root", "nobody"].into_iter().filter(|_| Uid::effective().is_root()) {
        assert_known_as_supervisor(&bot!["restart=always", format!("user={user}"), "sleep"]);
    }
    assert_known_as_supervisor(&bot!["restart=always", "sleep"]);
}

/// The first body starts a moment later. A few looks find a supervisor that writes only then.
#[track_caller]
fn assert_known_as_supervisor(bot: &Bot) {
    for _ in 0..20 {
        let launch = begin(bot.command()).finish();
        assert!(launch.status.success(), "{launch:?}");
        let answer = status(bot.pid_file());
        stop(bot.pid_file(), Stop::default()).expect("it runs");
        let Status::Running { supervision: Some(supervision), .. } = answer else {
            panic!("{answer:?}")
        };
        assert_eq!((supervision.restarts, supervision.last_end), (0, None));
    }
}

/// Expects the API and the word to say the same. Both must have looked in the same state.
fn assert_agree(api: &Status, answer: &Value) {
    let state = match api {
        Status::Starting => "starting",
        Status::Running { .. } => "running",
        Status::Restarting { .. } => "restarting",
        Status::GivenUp { .. } => "given up",
        Status::NotRunning => "not running",
        other => panic!("{other:?} beside {answer}"),
    };
    assert_eq!(answer["state"], state, "{api:?}");
}

/// A running bot whose body waits at a barrier.
fn keeper_at_a_barrier(end: &str) -> (Bot, Barrier) {
    let bot = keeper();
    let barrier = Barrier::closed(&bot, "gate");
    let launch = bot.tell(&["start", "ready", "await=gate", end]);
    assert!(launch.status.success(), "{launch:?}");
    (bot, barrier)
}

fn await_state(bot: &Bot, state: &str) -> String {
    wait::for_some(state, || Some(bot.tell(&["status"]).stdout).filter(|line| line.contains(state)))
}

#[test]
fn the_line_of_status_has_the_supervisors_data() {
    let (bot, barrier) = keeper_at_a_barrier("abort");
    let body = body_of(&bot).expect("a body");
    let line = await_state(&bot, "is running");
    assert!(line.contains(&format!("Z, body {}, 0 restarts, log ", body.0)), "{line}");
    let held = Held::before_a_restart(&bot, &barrier);
    let line = await_state(&bot, "is restarting");
    assert!(line.contains(", 0 restarts, last SIGABRT at 20"), "{line}");
    drop(held);
    let line = await_state(&bot, "is running");
    assert!(line.contains(", 1 restart, last SIGABRT at 20"), "{line}");
    let Status::Running { supervision: Some(seen), .. } = status(bot.pid_file()) else {
        panic!("{:?}", status(bot.pid_file()))
    };
    assert_eq!(seen.restarts, 1);
    assert!(matches!(seen.last_end, Some((BodyEnd::Killed(6), _))), "{seen:?}");
    assert_eq!(bot.answer(&["stop"], 0), "keeper stopped\n");
    assert_eq!(
        bot.answer(&["status"], 3),
        format!("keeper is not running ({})\n", bot.pid_file().display())
    );
}

#[test]
fn a_bot_that_waits_for_its_restart_counts_as_running() {
    let (bot, barrier) = keeper_at_a_barrier("exit=3");
    let supervisor = named(&bot).expect("a supervisor");
    let held = Held::before_a_restart(&bot, &barrier);
    let _line = await_state(&bot, "is restarting");
    let running = format!("keeper is already running, PID {}\n", supervisor.0);
    assert_eq!(bot.answer(&["start"], 0), running);
    let _line = bot.tell(&[]).refusal("keeper", 75);
    drop(held);
    assert_eq!(bot.answer(&["stop"], 0), "keeper stopped\n");
    assert!(!supervisor.is_alive());
    bot.await_no_trace();
}

#[test]
fn a_bot_can_be_started_after_giving_up() {
    let (bot, barrier) = keeper_at_a_barrier("exit=3");
    drop(barrier);
    let _line = await_state(&bot, "given up");
    assert_eq!(bot.tell(&["stop"]).status.code(), Some(0), "there must be nothing to stop");
    assert!(bot.answer(&["start", "ready"], 0).starts_with("keeper started, PID "));
    let line = bot.answer(&["status"], 0);
    assert!(line.contains("is running") && line.contains(", 0 restarts, log"), "{line}");
    assert!(bot.answer(&["restart", "ready"], 0).starts_with("keeper restarted, PID "));
    assert_eq!(bot.answer(&["stop"], 0), "keeper stopped\n");
    bot.await_no_trace();
}

#[test]
fn an_unfinished_start_can_be_neither_repeated_nor_stopped() {
    let bot = keeper();
    let gate = Gate::closed(&bot.file("gate"));
    let start = bot.begin_with(&["start", "await=gate", "ready"]);
    let line = await_state(&bot, "is starting");
    assert_eq!(line, format!("keeper is starting, log {}\n", bot.file("out.log").display()));
    let second = bot.tell(&["start"]).refusal("keeper", 75);
    assert_eq!(second, "keeper: cannot start: already starting (keeper.pid)");
    let stop = bot.tell(&["stop", "--timeout", "0.3"]).refusal("keeper", 1);
    assert_eq!(stop, "keeper: cannot stop: it is still starting");
    gate.open();
    let launch = start.finish();
    assert!(launch.stdout.starts_with("keeper started, PID "), "{launch:?}");
}

#[test]
fn a_start_waits_for_an_earlier_one_that_fails() {
    let bot = keeper();
    let gate = Gate::closed(&bot.file("gate"));
    let failing = bot.begin_with(&["start", "await=gate", "exit=3"]);
    let _line = await_state(&bot, "is starting");
    let next = bot.begin_with(&["start", "ready"]);
    gate.open();
    assert_eq!(failing.finish().status.code(), Some(3));
    let launch = next.finish();
    assert!(launch.status.success() && launch.stdout.contains(" started, PID "), "{launch:?}");
}

/// A text with its last line, which has a sum of the others: FNV-1a.
fn sealed(text: &str) -> String {
    let add = |sum: u32, byte: u8| (sum ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    format!("{text}end {}\n", text.bytes().fold(0x811c_9dc5, add))
}

#[test]
fn the_state_file_of_another_supervisor_is_ignored() {
    let bot = bot!["sleep"];
    let daemon = bot.start();
    let others = sealed("state restarting\nsupervisor 1\nrestarts 7\n");
    fs::write(bot.file("builder.pid.state"), others).expect("a file");
    let Status::Running { pid, supervision: None, .. } = status(bot.pid_file()) else {
        panic!("{:?}", status(bot.pid_file()))
    };
    assert_eq!(pid, daemon.pid());
    kill(daemon.process.0, Signal::SIGKILL).expect("the daemon runs");
    wait::until("the daemon to end", || !daemon.process.is_alive());
    assert_eq!(status(bot.pid_file()), Status::Dead);
    let given_up = sealed("state given-up\nsupervisor 1\nrestarts 7\n");
    fs::write(bot.file("builder.pid.state"), given_up).expect("a file");
    assert_eq!(status(bot.pid_file()), Status::Dead, "the state file names another supervisor");
}

#[test]
fn an_odd_state_file_changes_nothing() {
    let (odd, long) = (sealed("state running\nsupervisor x\n"), "x".repeat(1 << 20));
    for text in ["", "state", &odd, &long] {
        let (bot, _barrier) = keeper_at_a_barrier("exit=0");
        let supervisor = named(&bot).expect("a supervisor");
        fs::write(bot.file("keeper.pid.state"), text).expect("a file");
        let line = bot.answer(&["status"], 0);
        assert!(line.contains(&format!("is running, PID {}", supervisor.0)), "{text:.20}: {line}");
        assert_eq!(bot.answer(&["stop"], 0), "keeper stopped\n");
    }
}

/// Where root asks about another user's bot, that user writes the file.
#[test]
fn a_time_beyond_the_calendar_is_told_at_once() {
    let bot = keeper();
    let text = "state given-up\nsupervisor 1\nrestarts 7\nlast-end exit 3\n\
        last-end-time 9223372036854775807.000\n";
    fs::write(bot.file("keeper.pid.state"), sealed(text)).expect("a file");
    let line = bot.answer(&["status"], 1);
    assert!(line.contains("last exit code 3 at 9999-12-31T23:59:59Z"), "{line}");
}

/// Runs the program that follows an hour before or after it is.
const AN_HOUR: [&str; 3] = ["env", "DONT_FAKE_MONOTONIC=1", "faketime"];

fn faketime() -> Need {
    need::command("faketime", &[&AN_HOUR[..], &["-f", "-3600", "true"]].concat())
}

#[test(needs = faketime)]
fn the_time_until_the_restart_is_true_when_the_clock_is_set() {
    let (bot, barrier) = keeper_at_a_barrier("exit=3");
    barrier.let_one_pass(&bot);
    let _line = await_state(&bot, "is restarting in ");
    for offset in ["-3600", "+3600"] {
        let mut command = bot.command_by(&[&AN_HOUR[..], &["-f", offset]].concat());
        command.args(["status", "--json"]);
        let launch = begin(command).finish();
        let answer: Value = serde_json::from_str(&launch.stdout).expect("an object");
        let left = answer["restart_in"].as_f64().expect("it is restarting");
        assert!(left > 0.0 && left < 2.0, "{offset}: {left} s");
    }
    assert_eq!(bot.answer(&["stop"], 0), "keeper stopped\n");
}

/// Once with root's PID file, which the daemon cannot write, and once with the user's, which root
/// does not open.
#[test(needs = need::root)]
fn after_a_privilege_drop_the_pid_file_names_a_ready_bot() {
    for pid_file in ["bot.pid", "home/bot.pid"] {
        for option in ["umask=022", "restart=always"] {
            let bot = bot![
                format!("uid={NOBODY_ELSE}"),
                format!("gid={NOBODY_ELSE}"),
                format!("pid_file={pid_file}"),
                "wait_ready=true",
                "chdir=false",
                "await-in-body=gate",
                option,
                "ready",
                "sleep"
            ];
            set_mode(bot.start_directory(), 0o755);
            fs::create_dir(bot.file("home")).expect("a directory");
            give_away(bot.file("home"), NOBODY_ELSE);
            let gate = Gate::closed(&bot.file("gate"));
            let start = begin(bot.command());
            wait::until("the start to be under way", || status(bot.pid_file()) == Status::Starting);
            gate.open();
            start.finish().assert_silent_success();
            let daemon = bot.daemon();
            let seen = status(bot.pid_file());
            assert!(
                matches!(seen, Status::Running { pid, .. } if pid == daemon.pid()),
                "{pid_file}, {option}: {seen:?}"
            );
        }
    }
}
