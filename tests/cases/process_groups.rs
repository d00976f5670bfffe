//! The processes that a body starts are in its process group. They end with the body, however it
//! ends. Processes that have left the group live on.

use std::fs;
use std::process::Stdio;
use std::time::{Duration, Instant};

use daemonize_runtime::control::{Lock, Stop, Stopped, stop};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tests::bot::{Bot, begin};
use tests::process::Process;
use tests::{bot, lock, wait};

/// Starts a worker that ignores SIGTERM.
const DEAF_WORKER: &str = "run=(trap '' TERM; exec sleep 300) & echo $! >> workers";

/// Starts a worker that leaves the process group.
const FREE_WORKER: &str = "run=setsid sh -c 'echo $$ >> workers; exec sleep 300' & until grep -q ^$!$ workers 2>/dev/null; do sleep 0.01; done";

/// Writes down which workers of earlier bodies still exist, even as zombies.
const LOOK_FOR_WORKERS: &str = "run=for worker in $(cat workers 2>/dev/null); do kill -0 $worker 2>/dev/null && echo $worker >> left; done; :";

fn supervised(words: &[&str]) -> Bot {
    let bot = bot!["chdir=false", "redirect=out.log", "restart-quickly=3"];
    bot.words(words.iter().map(Into::into))
}

/// Waits until a file contains at least this many PIDs, and returns the processes.
#[track_caller]
fn noted(bot: &Bot, file: &str, count: usize) -> Vec<Process> {
    wait::for_some(file, || {
        let text = fs::read_to_string(bot.file(file)).ok()?;
        let complete = text.ends_with('\n').then(|| text.lines());
        let numbers: Vec<_> = complete?.map(|line| line.parse().expect("a PID")).collect();
        let processes = numbers.into_iter().map(|number| Process(Pid::from_raw(number)));
        (processes.len() >= count).then(|| processes.collect())
    })
}

#[test]
fn each_body_leads_its_own_process_group() {
    for words in [&["note=note", "sleep"][..], &["wait_ready=true", "note=note", "ready", "sleep"]]
    {
        let bot = supervised(words);
        let supervisor = bot.start();
        for count in 1..=2 {
            let body = noted(&bot, "note", count)[count - 1];
            let stat = body.stat().expect("the process runs");
            assert_eq!(stat.group, body.0.as_raw());
            assert_eq!(stat.session, supervisor.stat().session);
            assert_ne!(supervisor.stat().group, stat.group);
            kill(body.0, Signal::SIGKILL).expect("the process runs");
        }
    }
}

#[test]
fn workers_of_a_crashed_body_are_gone_before_the_next_one_starts() {
    for end in ["exit=3", "abort", "run=kill -KILL $PPID"] {
        let bot = supervised(&[LOOK_FOR_WORKERS, DEAF_WORKER, "await-in-body=gate", end]);
        let gate = lock::Gate::closed(&bot.file("gate"));
        let supervisor = bot.start();
        gate.open();
        let _end = supervisor.end();
        assert_eq!(bot.processes(), [], "a worker outlived the supervisor");
        assert_eq!(bot.read("workers").lines().count(), 3, "{end}");
        assert!(!bot.file("left").exists(), "workers were left: {}", bot.read("left"));
    }
}

#[test]
fn stopping_the_supervisor_ends_the_whole_group() {
    // The second worker is a forked copy of the body, and holds the lock.
    let bot = supervised(&[DEAF_WORKER, "block=SIGTERM", "fork-and-sleep=300000"]);
    let bot = bot.words(["exec=echo up; exec sleep 300".into()]);
    let bot = bot.words(["stop_timeout=0.3".into()]);
    let supervisor = bot.start_and_await("out.log", "up\n");
    supervisor.signal(Signal::SIGTERM);
    supervisor.assert_exits(0);
    assert_eq!(bot.processes(), []);
    assert!(!lock::is_held(&bot.pid_file()) && !bot.pid_file().exists());
}

#[test]
fn workers_that_ignore_sigterm_are_killed_after_the_body_ends() {
    let bot = supervised(&[DEAF_WORKER, "print=up", "sleep"]);
    let supervisor = bot.start_and_await("out.log", "up\n");
    let begun = Instant::now();
    supervisor.signal(Signal::SIGTERM);
    supervisor.assert_exits(0);
    assert!(begun.elapsed() < Duration::from_secs(10), "the supervisor waited for the worker");
    assert_eq!(bot.processes(), []);
}

#[test]
fn a_worker_that_left_the_group_lives_on() {
    let bot = supervised(&["await-in-body=gate", FREE_WORKER, "exit=3"]);
    let gate = lock::Gate::closed(&bot.file("gate"));
    let supervisor = bot.start();
    gate.open();
    supervisor.assert_exits(3);
    let workers = noted(&bot, "workers", 3);
    assert!(workers.iter().all(|worker| worker.is_alive()), "{workers:?}");
    assert_eq!(bot.processes().len(), workers.len());
}

#[test]
fn adopted_orphans_are_reaped_while_the_body_lives() {
    let bot = supervised(&[FREE_WORKER, FREE_WORKER, "print=up", "sleep"]);
    let supervisor = bot.start_and_await("out.log", "up\n");
    for worker in noted(&bot, "workers", 2) {
        wait::until("the supervisor to adopt the worker", || {
            worker.stat().is_some_and(|stat| stat.parent == supervisor.pid())
        });
        kill(worker.0, Signal::SIGKILL).expect("the process runs");
        wait::until("the worker to be reaped", || worker.stat().is_none());
    }
    assert_eq!(supervisor.process.children().len(), 1);
}

#[test]
fn a_body_that_executes_another_program_is_asked_then_killed() {
    for ready in [&[][..], &["wait_ready=true", "ready"]] {
        let polite = "exec=trap 'echo asked; exit 0' TERM; echo up; sleep 300 & wait";
        let bot = supervised(&[ready, &[polite]].concat());
        let supervisor = bot.start_and_await("out.log", "up\n");
        supervisor.signal(Signal::SIGTERM);
        supervisor.assert_exits(0);
        assert_eq!((bot.read("out.log").as_str(), bot.processes()), ("up\nasked\n", vec![]));

        let deaf = "exec=trap '' TERM; echo up; exec sleep 300";
        let bot = supervised(&[ready, &["stop_timeout=0.3", DEAF_WORKER, deaf]].concat());
        let supervisor = bot.start_and_await("out.log", "up\n");
        supervisor.signal(Signal::SIGTERM);
        supervisor.assert_exits(0);
        assert_eq!(bot.processes(), []);
    }
}

#[test]
fn a_body_has_the_whole_stop_timeout() {
    let slow = "exec=trap 'sleep 0.5; echo saved; exit 0' TERM; echo up; sleep 300 & wait";
    for timeout in ["stop_timeout=20", "stop_timeout=inf"] {
        let bot = supervised(&[timeout, slow]);
        let supervisor = bot.start_and_await("out.log", "up\n");
        supervisor.signal(Signal::SIGTERM);
        supervisor.assert_exits(0);
        assert_eq!(bot.read("out.log"), "up\nsaved\n");
    }
    let bot = supervised(&["stop_timeout=0", slow]);
    let supervisor = bot.start_and_await("out.log", "up\n");
    supervisor.signal(Signal::SIGTERM);
    supervisor.assert_exits(0);
    assert_eq!(bot.read("out.log"), "up\n", "the body must be killed at once");
}

#[test]
fn a_later_request_can_leave_less_time() {
    let bot = supervised(&["stop_timeout=300", DEAF_WORKER, "block=SIGTERM", "note=note", "sleep"]);
    let supervisor = bot.start();
    let body = bot.await_body();
    supervisor.signal(Signal::SIGTERM);
    wait::until("the first request", || body.signals("ShdPnd") & (1 << 14) != 0);
    let stopped = stop(bot.pid_file(), Stop::default().timeout(Duration::from_millis(100)));
    assert_eq!(stopped.expect("it is killed"), Stopped::Ended(Lock::Free));
    assert_eq!(bot.processes(), []);
    bot.await_no_trace();
}

#[test]
fn a_body_is_asked_by_its_stop_signal() {
    let knows = "exec=trap 'echo asked; exit 0' USR1; echo up; sleep 300 & wait";
    for request in [Signal::SIGTERM, Signal::SIGINT, Signal::SIGUSR1] {
        let bot = supervised(&["stop_signal=SIGUSR1", knows]);
        let supervisor = bot.start_and_await("out.log", "up\n");
        supervisor.signal(request);
        supervisor.assert_exits(0);
        assert_eq!(bot.read("out.log"), "up\nasked\n", "{request}");
    }
}

#[test]
fn a_failed_start_leaves_nothing_of_the_group() {
    for (end, code) in [("exit=7", 7), ("exit=0", 70), ("run=kill -KILL $PPID", 128 + 9)] {
        let bot = supervised(&["wait_ready=true", DEAF_WORKER, end]);
        let line = bot.refused(code);
        assert!(line.contains("before it was ready"), "{line}");
        assert!(!noted(&bot, "workers", 1)[0].is_alive());
    }
}

/// Disturbs a start that waits for `ready()`, and expects it to fail and to leave nothing. The
/// processes are launcher, session leader, supervisor, body and worker.
fn assert_nothing_is_left_after(disturb: impl Fn(&[Process; 5])) {
    let bot = supervised(&["wait_ready=true", DEAF_WORKER, "note=note", "sleep"]);
    let launching = begin(bot.command());
    let body = bot.await_body();
    let parent =
        |process: Process| Process(Pid::from_raw(process.stat().expect("the process runs").parent));
    let supervisor = parent(body);
    let session_leader = parent(supervisor);
    let [worker] = noted(&bot, "workers", 1)[..] else { panic!("there must be one worker") };
    disturb(&[parent(session_leader), session_leader, supervisor, body, worker]);
    let launch = launching.finish();
    assert!(!launch.status.success(), "{launch:?}");
    bot.await_no_trace();
}

#[test]
fn a_disturbed_start_leaves_nothing_of_the_group() {
    let send = |process: Process, signal| kill(process.0, signal).expect("the process runs");
    for killed in 0..4 {
        assert_nothing_is_left_after(|processes| send(processes[killed], Signal::SIGKILL));
    }
    for request in [Signal::SIGINT, Signal::SIGTERM] {
        for asked in [0, 2] {
            assert_nothing_is_left_after(|processes| send(processes[asked], request));
        }
    }
}

/// How many children the process in the PID file has.
fn children_of_recorded(bot: &Bot) -> usize {
    let text = fs::read_to_string(bot.pid_file()).unwrap_or_default();
    let number = text.strip_suffix('\n').and_then(|number| number.parse().ok());
    number.map_or(0, |number| Process(Pid::from_raw(number)).children().len())
}

#[test]
fn a_killed_launcher_leaves_a_whole_bot_or_none() {
    for moment in (0..40).step_by(2) {
        let bot = supervised(&["wait_ready=true", DEAF_WORKER, "ready", "sleep"]);
        let mut command = bot.command();
        // Not pipes: the worker keeps the launcher's streams open.
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let launching = begin(command);
        std::thread::sleep(Duration::from_millis(moment));
        launching.signal(Signal::SIGKILL);
        let _ = launching.finish();
        wait::until("a whole bot or none", || match bot.processes().len() {
            0 => !lock::is_held(&bot.pid_file()),
            // Supervisor, body and worker. The supervisor has adopted the worker.
            3 => lock::is_held(&bot.pid_file()) && children_of_recorded(&bot) == 2,
            _ => false,
        });
    }
}

#[test]
fn a_body_can_restart_its_own_bot() {
    let bot = Bot::new(env!("CARGO_BIN_EXE_keeper"));
    let first = bot.answer(&["start", "ready", "restart"], 0);
    assert!(first.starts_with("keeper started, "), "{first}");
    bot.await_in("out.log", "keeper restarted, ");
    let second = bot.daemon();
    assert_eq!(second.process.children().len(), 1, "the new supervisor must have a body");
    assert!(!first.contains(&format!("PID {},", second.pid())), "{first}");
    assert_eq!(bot.answer(&["stop"], 0), "keeper stopped\n");
}
