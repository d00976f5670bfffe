//! A start after its launcher has returned or has begun to run the body itself.

use std::time::{Duration, Instant};

use nix::unistd::{getpid, getsid};
use tests::bot::Bot;
use tests::launch::{Launch, Launching};
use tests::process::Process;
use tests::{lock, wait};

use crate::shape::Shape;
use crate::starts::{Body, Start};
use crate::supervised::{BOUND, Supervised};

/// A start that has ended, well or not.
pub(crate) struct Ended<'a> {
    pub(crate) start: &'a Start,
    pub(crate) bot: &'a Bot,
    pub(crate) supervised: &'a Supervised,
    /// The launcher's exit and output; `None` if it runs the body.
    pub(crate) launch: Option<Launch>,
}

impl<'a> Ended<'a> {
    /// Waits until a start has ended.
    pub(crate) fn of(
        start: &'a Start,
        bot: &'a Bot,
        supervised: &'a Supervised,
        launching: Launching,
    ) -> Self {
        let is_body = || supervised.body() == Some(supervised.launcher);
        let launch = launching.finish_unless(BOUND, is_body);
        Self { start, bot, supervised, launch }
    }

    /// Whether all faults happen. A fault that has not happened shortly after the body has begun,
    /// or before the last process has ended, will not happen any more.
    pub(crate) fn await_faults(&self, count: usize) -> bool {
        const MOMENT: Duration = Duration::from_millis(100);
        let mut body_since = None;
        wait::until_within(BOUND, "the fault, or the end of the start", || {
            if self.supervised.body().is_some() {
                body_since.get_or_insert_with(Instant::now);
            }
            self.have_happened(count)
                || body_since.is_some_and(|since| since.elapsed() > MOMENT)
                || self.is_nothing_left()
        });
        self.have_happened(count)
    }

    fn have_happened(&self, count: usize) -> bool {
        self.supervised.trace().happened == count
    }

    /// Whether the launcher has reported success.
    pub(crate) fn is_success(&self) -> bool {
        match &self.launch {
            Some(launch) => launch.status.success() && self.start.body != Body::Foreground,
            None => true,
        }
    }

    /// Asserts that one daemon and nothing else runs, recorded and locked, and waits for its body.
    /// Returns its processes.
    pub(crate) fn running(&self) -> Vec<Process> {
        let recorded = Process::recorded_in(&self.bot.pid_file());
        assert!(recorded.is_alive(), "the PID file names a dead process");
        assert!(lock::is_held(&self.bot.pid_file()), "the daemon runs without a lock");
        self.assert_nothing_but(recorded);
        match self.start.body {
            Body::Foreground => {
                assert_eq!(
                    recorded, self.supervised.launcher,
                    "the PID file names another process"
                );
            }
            Body::Daemon | Body::Child => assert_detached(recorded),
        }
        wait::until_within(BOUND, "the body", || self.supervised.body().is_some());
        match self.start.body {
            Body::Foreground | Body::Daemon => vec![recorded],
            Body::Child => vec![recorded, self.body_of(recorded)],
        }
    }

    /// The bot's only processes are the daemon and, if it is a supervisor, its children.
    fn assert_nothing_but(&self, daemon: Process) {
        let is_child =
            |process: &Process| process.stat().is_none_or(|stat| stat.parent == daemon.0.as_raw());
        let mut others = self.bot.processes();
        others.retain(|process| *process != daemon);
        if self.start.body == Body::Child {
            others.retain(|process| !is_child(process));
        }
        assert_eq!(others, [], "processes besides the daemon, {daemon:?}");
    }

    fn body_of(&self, supervisor: Process) -> Process {
        let mut body = None;
        wait::until_within(BOUND, "the supervisor and its body alone", || {
            body = self.supervised.body();
            let processes = self.bot.processes();
            processes.len() == 2
                && processes.contains(&supervisor)
                && body.is_some_and(|body| processes.contains(&body))
        });
        body.expect("it runs")
    }

    /// The shapes of these processes.
    pub(crate) fn shapes(&self, processes: &[Process]) -> Vec<Shape> {
        let start_directory = self.bot.start_directory();
        processes.iter().map(|&process| Shape::of(process, &start_directory)).collect()
    }

    /// Waits until no process is left and the lock is free.
    pub(crate) fn await_nothing_left(&self) {
        wait::until_within(BOUND, "the end of all processes and of the lock", || {
            self.is_nothing_left() && !lock::is_held(&self.bot.pid_file())
        });
    }

    fn is_nothing_left(&self) -> bool {
        self.supervised.is_over() && self.bot.processes().is_empty()
    }
}

fn assert_detached(daemon: Process) {
    let own_session = getsid(None).expect("the test has a session").as_raw();
    let stat = || daemon.stat().expect("the daemon is alive");
    assert_ne!(stat().session, own_session, "the daemon has not left the session");
    // The session leader may end later, if a fault keeps the launcher from waiting for it.
    wait::until_within(BOUND, "the daemon to be an orphan", || stat().parent == getpid().as_raw());
}
