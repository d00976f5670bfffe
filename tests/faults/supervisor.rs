//! Answers the system calls of one start, and disturbs one of them.

use std::fs::File;
use std::io;
use std::process::Command;
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;

use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitPidFlag, waitpid};
use nix::unistd::Pid;
use tests::launch::{Launch, Launching};
use tests::process::Process;
use tests::wait;

use crate::calls::Call;
use crate::fault::{Disturbance, Fault, Place, Role};
use crate::filter;
use crate::listener::{Answer, Listener, Notice};

/// What is to happen to a start.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    /// The disturbance.
    pub(crate) fault: Fault,
    /// The launcher's call that makes the start a success.
    pub(crate) commit: Option<Place>,
    /// Whether the launcher has to wait with that call, and with killing anybody, until the fault
    /// has happened.
    pub(crate) holds_launcher: bool,
}

/// What has happened in a start.
#[derive(Debug, Default)]
pub(crate) struct Trace {
    /// The calls of the start, in the order in which they were made.
    pub(crate) calls: Vec<(Place, Call)>,
    /// Whether the daemon has come to its body, which is a sleep.
    pub(crate) body_runs: bool,
    /// Whether the fault has happened.
    pub(crate) is_disturbed: bool,
    /// Whether the launcher's call that makes the start a success was let through before the fault.
    pub(crate) was_committed: bool,
    /// All processes that were seen.
    pub(crate) processes: Vec<Pid>,
}

/// A supervised start whose launcher has returned. The supervisor goes on until all processes have
/// ended.
#[derive(Debug)]
pub(crate) struct Supervised {
    /// What the launcher left.
    pub(crate) launch: Launch,
    trace: Arc<Mutex<Trace>>,
}

impl Supervised {
    /// Makes a start: a disturbed one, or one that is only looked at.
    ///
    /// # Errors
    ///
    /// When the kernel does not allow it.
    pub(crate) fn start(command: Command, plan: Option<Plan>) -> io::Result<Self> {
        let (launcher, listener) = filter::spawn(command)?;
        // Where the start begins is to be seen in the launcher's memory alone.
        File::open(format!("/proc/{}/mem", launcher.id()))?;
        let trace = Arc::new(Mutex::new(Trace::default()));
        let supervisor =
            Supervisor { listener, plan, trace: Arc::clone(&trace), has_begun: false, held: None };
        thread::spawn(move || supervisor.run());
        Ok(Self { launch: Launching::new(launcher).finish(), trace })
    }

    /// What has happened so far.
    pub(crate) fn trace(&self) -> MutexGuard<'_, Trace> {
        lock(&self.trace)
    }

    /// Reaps the processes of the start that have become children of the test.
    pub(crate) fn reap(&self) {
        for &process in &self.trace().processes {
            // The others were reaped by their parents.
            let _ = waitpid(process, Some(WaitPidFlag::WNOHANG));
        }
    }
}

struct Supervisor {
    listener: Listener,
    plan: Option<Plan>,
    trace: Arc<Mutex<Trace>>,
    /// What comes before the start is the business of the loader and of Rust.
    has_begun: bool,
    /// The launcher's call that waits for the fault.
    held: Option<Notice>,
}

impl Supervisor {
    fn run(mut self) {
        while let Some(notice) = self.listener.next() {
            let place = self.record(&notice);
            match self.plan.zip(place) {
                Some((plan, place)) => self.follow(&plan, place, notice),
                None => self.listener.answer(&notice, Answer::Make),
            }
        }
    }

    /// Notes the call and tells where in the start it is; `None` when it does not belong to the
    /// start.
    fn record(&mut self, notice: &Notice) -> Option<Place> {
        // The first thing that a start does is to ask what the kernel knows about the process.
        self.has_begun = self.has_begun || notice.names(c"/proc/self/status");
        let mut trace = lock(&self.trace);
        if !trace.processes.contains(&notice.process) {
            trace.processes.push(notice.process);
        }
        let role =
            Role::of_birth(trace.processes.iter().position(|&process| process == notice.process)?)?;
        trace.body_runs |= role == Role::Daemon && notice.call.sleeps();
        if !self.has_begun || role == Role::Daemon && trace.body_runs {
            return None;
        }
        let place = Place {
            role,
            index: trace.calls.iter().filter(|(place, _)| place.role == role).count(),
        };
        trace.calls.push((place, notice.call));
        Some(place)
    }

    fn follow(&mut self, plan: &Plan, place: Place, notice: Notice) {
        let is_commit = plan.commit == Some(place);
        if place == plan.fault.place && notice.call.is(plan.fault.call.number) {
            self.disturb(&notice, plan.fault.disturbance);
        } else if plan.holds_launcher
            && (is_commit || notice.call.kills())
            && !lock(&self.trace).is_disturbed
        {
            self.held = Some(notice);
        } else {
            let mut trace = lock(&self.trace);
            trace.was_committed |= is_commit && !trace.is_disturbed;
            self.listener.answer(&notice, Answer::Make);
        }
    }

    fn disturb(&mut self, notice: &Notice, disturbance: Disturbance) {
        lock(&self.trace).is_disturbed = true;
        match disturbance {
            Disturbance::Error(error) => self.listener.answer(notice, Answer::Fail(error)),
            Disturbance::Lie(value) => self.listener.answer(notice, Answer::Return(value)),
            Disturbance::Signal(signal) => self.signal(notice, signal),
        }
        if let Some(held) = self.held.take() {
            self.listener.answer(&held, Answer::Make);
        }
    }

    fn signal(&self, notice: &Notice, signal: Signal) {
        kill(notice.process, signal).expect("the process waits for an answer");
        if signal == Signal::SIGKILL {
            // Nothing goes on before it is dead, so that no later call of the others can have come
            // first.
            wait::until("the death of a killed process", || !Process(notice.process).is_alive());
        } else {
            self.listener.answer(notice, Answer::Make);
        }
    }
}

fn lock(trace: &Mutex<Trace>) -> MutexGuard<'_, Trace> {
    trace.lock().expect("nobody panics while holding it")
}
