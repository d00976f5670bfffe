//! Answers the system calls of one start, and disturbs some of them.
//!
//! Until the last fault the calls are made in the order of the plan: one that comes early waits for
//! its turn. After it, what reaches other processes waits until these do nothing more by
//! themselves, so that a start goes the same way each time.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use tests::wait;
use tests::wait::PATIENCE;

use crate::calls::Call;
use crate::fault::{Disturbance, Fault, Place, Role};
use crate::listener::{Answer, Listener, Next, Notice};
use crate::plan::Plan;
use crate::supervised::{Trace, lock};

pub(crate) struct Supervisor {
    listener: Listener,
    plan: Plan,
    trace: Arc<Mutex<Trace>>,
    /// What comes before the start is the business of the loader and of Rust.
    has_begun: bool,
    /// How many calls of the planned course were made.
    done: usize,
    /// The calls that wait for their turn.
    waiting: Vec<(Place, Notice)>,
    /// How often nothing has happened since the last call.
    silences: usize,
}

/// How long nothing must happen until it is asked whether anything still goes on.
const SILENCE: Duration = Duration::from_millis(1);

/// After so many silences nothing more happens, whatever it looks like.
const MOST_SILENCES: usize = 200;

impl Supervisor {
    pub(crate) fn new(listener: Listener, plan: Plan, trace: Arc<Mutex<Trace>>) -> Self {
        Self { listener, plan, trace, has_begun: false, done: 0, waiting: Vec::new(), silences: 0 }
    }

    /// Goes on until all processes have ended, or make no call for longer than anything may take.
    pub(crate) fn run(mut self) {
        loop {
            let is_idle = self.waiting.is_empty();
            match self.listener.next(if is_idle { PATIENCE } else { SILENCE }) {
                Next::Call(notice) => {
                    self.silences = 0;
                    self.take(notice);
                }
                Next::Nothing if !is_idle => self.go_on_after_silence(),
                Next::Nothing | Next::Over => return,
            }
            self.forget_the_dead();
            while let Some(due) = self.due() {
                let (place, notice) = self.waiting.swap_remove(due);
                self.make(place, &notice);
                self.forget_the_dead();
            }
        }
    }

    /// Finds out where in the start the call is. One that does not belong to the start is made at
    /// once.
    fn take(&mut self, notice: Notice) {
        // The first thing that a start does is to ask what the kernel knows about the process.
        self.has_begun = self.has_begun || notice.opens(c"/proc/self/status");
        let place = lock(&self.trace).place(&notice, self.has_begun);
        match place {
            Some(place) => self.waiting.push((place, notice)),
            None => self.listener.answer(&notice, Answer::Make),
        }
    }

    /// The call whose turn it is.
    fn due(&self) -> Option<usize> {
        match self.plan.course.get(self.done) {
            Some((next, _)) => self.waiting.iter().position(|(place, _)| place == next),
            None => self.waiting.iter().position(|(_, notice)| !notice.call.reaches_others()),
        }
    }

    /// When everybody else sleeps, a call that waits for its turn would wait for ever.
    fn go_on_after_silence(&mut self) {
        self.silences += 1;
        if self.silences < MOST_SILENCES && self.does_anybody_go_on() {
            return;
        }
        self.lose_course();
        if self.due().is_none() {
            let (place, notice) = self.waiting.remove(0);
            self.make(place, &notice);
        }
    }

    /// Whether a process that does not wait for its turn is doing something, or was born and has
    /// not done anything yet.
    fn does_anybody_go_on(&self) -> bool {
        let waits = |process| self.waiting.iter().any(|(_, notice)| notice.process == process);
        let trace = lock(&self.trace);
        trace.processes.len() <= trace.forks
            || trace.processes.iter().any(|&process| !waits(process) && process.is_running())
    }

    /// The start goes another way than planned.
    fn lose_course(&mut self) {
        if self.done < self.plan.course.len() {
            self.done = self.plan.course.len();
            lock(&self.trace).is_off_course = true;
        }
    }

    /// A process that was killed makes no calls, and one that was interrupted makes them anew.
    fn forget_the_dead(&mut self) {
        self.waiting.retain(|(_, notice)| self.listener.has_waiting(notice));
    }

    /// Makes the call, or disturbs it.
    fn make(&mut self, place: Place, notice: &Notice) {
        self.advance(place, notice.call);
        let fault = self.next_fault().filter(|fault| fault.is_at(place, notice.call)).copied();
        {
            let mut trace = lock(&self.trace);
            trace.calls.push((place, notice.call));
            trace.happened += usize::from(fault.is_some());
        }
        let answer = match fault.map(|fault| fault.disturbance) {
            None => Answer::Make,
            Some(Disturbance::Error(error)) => Answer::Fail(error),
            Some(Disturbance::Lie(value)) => Answer::Return(value),
            Some(Disturbance::Signal(signal)) if self.does_survive(notice, signal) => Answer::Make,
            Some(Disturbance::Signal(_)) => return,
        };
        if matches!(answer, Answer::Make) {
            lock(&self.trace).foresee(self.plan.commit == Some(place), notice.call);
        }
        self.listener.answer(notice, answer);
    }

    fn advance(&mut self, place: Place, call: Call) {
        match self.plan.course.get(self.done) {
            Some(&(next, planned)) if next == place && planned.is(call.number) => self.done += 1,
            _ => self.lose_course(),
        }
    }

    fn next_fault(&self) -> Option<&Fault> {
        self.plan.faults.get(lock(&self.trace).happened)
    }

    /// Signals a process. One that is killed makes no call any more; one that handles the signal
    /// makes it anew. Nothing goes on before, so that no later call can have come first.
    fn does_survive(&self, notice: &Notice, signal: Signal) -> bool {
        if signal != Signal::SIGKILL && notice.process.withholds(signal) {
            return kill(notice.process.0, signal).is_ok();
        }
        // One that somebody else has killed meanwhile needs no signal.
        let _ = kill(notice.process.0, signal);
        wait::until("the death of a process, or its handler", || {
            !notice.process.is_alive() || !self.listener.has_waiting(notice)
        });
        false
    }
}

impl Trace {
    /// Notes what follows from a call that is about to be made.
    fn foresee(&mut self, is_commit: bool, call: Call) {
        if is_commit && call.sends() {
            self.committed_after = Some(self.happened);
        }
        self.forks += usize::from(call.forks());
    }

    /// Where in the start a call is that comes now. `None` when it does not belong to the start.
    fn place(&mut self, notice: &Notice, has_begun: bool) -> Option<Place> {
        if !self.processes.contains(&notice.process) {
            self.processes.push(notice.process);
        }
        let role =
            Role::of_birth(self.processes.iter().position(|&process| process == notice.process)?);
        if notice.sleeps_long() {
            self.body = Some(notice.process);
        }
        if !has_begun || self.body == Some(notice.process) || notice.call.only_asks() {
            return None;
        }
        let role = role?;
        let index = self.calls.iter().filter(|(place, _)| place.role == role).count();
        Some(Place { role, index })
    }
}
