//! A start is a transaction: it happens completely or not at all, whatever disturbs it.

use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use tests::bot;
use tests::bot::{Bot, begin, word};
use tests::daemon::Daemon;
use tests::launch::{Launch, Launching};
use tests::lock::Gate;
use tests::{lock, need, wait};

/// How long a start takes when nothing delays it.
fn duration_of_a_start() -> Duration {
    let measure = |_| {
        let bot = bot!["sleep"];
        let begun = Instant::now();
        let _daemon = bot.start();
        begun.elapsed()
    };
    (0..10).map(measure).min().expect("some starts")
}

/// Starts bots and sends the signal to each launcher at another moment. The moments are spread
/// evenly over the duration of a start.
fn interrupt(signal: Signal, rounds: u32) -> impl Iterator<Item = (Bot, Launch)> {
    let duration = duration_of_a_start();
    (0..rounds).map(move |round| {
        let bot = bot!["chdir=false", "note=note", "sleep"];
        let launching = begin(bot.command());
        thread::sleep(duration * round / rounds);
        launching.signal(signal);
        let launch = launching.finish();
        (bot, launch)
    })
}

/// Expects one daemon to be up, recorded and locked.
fn assert_up(bot: &Bot) {
    let daemon = bot.daemon();
    assert!(lock::is_held(&bot.pid_file()));
    bot.await_text("note", &format!("{}\n", daemon.pid()));
    assert_eq!(bot.processes(), [daemon.process]);
}

#[test]
fn an_unfinished_daemon_ends_with_its_interrupted_launcher() {
    for signal in [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP] {
        for (bot, launch) in interrupt(signal, 100) {
            if launch.status.success() {
                assert_up(&bot);
            } else {
                bot.await_nothing_left();
            }
        }
    }
}

#[test]
fn a_killed_launcher_leaves_a_whole_daemon_or_none() {
    for (bot, launch) in interrupt(Signal::SIGKILL, 200) {
        let body_runs = wait::for_some("a daemon or no process", || {
            if bot.file("note").exists() {
                Some(true)
            } else {
                bot.processes().is_empty().then_some(false)
            }
        });
        if body_runs {
            // The launcher has returned, or was killed between its commit and its return.
            assert_up(&bot);
        } else {
            assert!(!launch.status.success(), "the launcher has reported a daemon");
            bot.await_nothing_left();
        }
    }
}

#[test(needs = need::descriptors)]
fn exactly_one_of_a_thousand_simultaneous_starts_succeeds() {
    let gate_directory = tempfile::tempdir().expect("a directory");
    let gate_path = gate_directory.path().join("gate");
    let bot = bot![word("await", &gate_path), "sleep"];
    let gate = Gate::closed(&gate_path);
    let launching: Vec<_> = (0..1000).map(|_| begin(bot.command())).collect();
    gate.open();
    let launches: Vec<_> = launching.into_iter().map(Launching::finish).collect();
    let (up, refused): (Vec<_>, Vec<_>) =
        launches.into_iter().partition(|launch| launch.status.success());
    assert_eq!(up.len(), 1);
    up[0].assert_silent_success();
    for launch in refused {
        // The start that succeeds may be slow on a machine that runs a thousand.
        let line = launch.refusal("builder", 75);
        assert!(line.contains("already running") || line.contains("already starting"), "{line}");
    }
    assert_eq!(bot.processes(), [bot.daemon().process]);
}

#[test]
fn starts_that_race_with_the_end_of_a_daemon_never_make_two() {
    let bot = bot!["chdir=false", "redirect=out.log", "alone=place"];
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..100 {
                    let launch = bot.launch();
                    assert!([Some(0), Some(75)].contains(&launch.status.code()), "{launch:?}");
                }
            });
        }
    });
    bot.await_nothing_left();
    assert_eq!(bot.read("out.log"), "", "two daemons ran at the same time");
}

#[test]
fn starts_that_race_with_a_killed_daemon_never_make_two() {
    let bot = bot!["sleep"];
    let mut running: Option<Daemon> = None;
    for _ in 0..200 {
        let [one, other] = [begin(bot.command()), begin(bot.command())];
        if let Some(daemon) = running.take() {
            daemon.kill();
        }
        let launches = [one.finish(), other.finish()];
        assert!(
            launches.iter().all(|launch| [Some(0), Some(75)].contains(&launch.status.code())),
            "{launches:?}"
        );
        let up = launches.iter().filter(|launch| launch.status.success()).count();
        let living = bot.processes();
        assert_eq!(living.len(), up, "{launches:?}");
        assert!(up <= 1, "{launches:?}");
        running = living.first().map(|&process| Daemon::adopted(process));
    }
}
