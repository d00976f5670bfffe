//! Answers the system calls of one start, and disturbs some of them.
//!
//! Until the last fault, calls are made in the order of the plan. A call that comes early waits for
//! its turn. After the last fault, a call that reaches other processes waits until they do nothing
//! more by themselves. This makes a start take the same course each time.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use tests::wait::{self, PATIENCE};

use crate::calls::Call;
use crate::fault::{Disturbance, Fault, Place, Role};
use crate::listener::{Answer, Listener, Next, Notice};
use crate::plan::Plan;
use crate::supervised::{Trace, lock};

pub(crate) struct Supervisor {
    listener: Listener,
    plan: Plan,
    trace: Arc<Mutex<Trace>>,
    /// Whether the start has begun. The loader and Rust make calls before it, which are not
    /// disturbed.
    has_begun: bool,
    /// How many calls of the planned course were made.
    done: usize,
    /// The calls that wait for their turn.
    waiting: Vec<(Place, Notice)>,
    /// How many silences have followed the last call.
    silences: usize,
}

/// After a silence of this length, the supervisor looks whether any process is still busy.
const SILENCE: Duration = Duration::from_millis(1);

/// After this many silences the processes count as idle, even if one looks busy.
const MOST_SILENCES: usize = 200;

impl Supervisor {
    pub(crate) fn new(listener: Listener, plan: Plan, trace: Arc<Mutex<Trace>>) -> Self {
        Self { listener, plan, trace, has_begun: false, done: 0, waiting: Vec::new(), silences: 0 }
    }

    /// Runs until all processes have ended, or none makes a call for `PATIENCE`.
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

    /// Finds the call's place in the start. A call that does not belong to the start is made at
    /// once.
    fn take(&mut self, notice: Notice) {
        // A start begins by reading this file.
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

    /// If all other processes sleep, the turn of a waiting call would never come.
    fn go_on_after_silence(&mut self) {
        self.silences += 1;
        if self.silences < MOST_SILENCES && self.is_any_busy() {
            return;
        }
        self.lose_course();
        if self.due().is_none() {
            let (place, notice) = self.waiting.remove(0);
            self.make(place, &notice);
        }
    }

    /// Whether a process that does not wait for its turn is running, or a forked process has not
    /// made its first call yet.
    fn is_any_busy(&self) -> bool {
        let waits = |process| self.waiting.iter().any(|(_, notice)| notice.process == process);
        let trace = lock(&self.trace);
        trace.processes.len() <= trace.forks
            || trace.processes.iter().any(|&process| !waits(process) && process.is_running())
    }

    /// Notes that the start has left its planned course.
    fn lose_course(&mut self) {
        if self.done < self.plan.course.len() {
            self.done = self.plan.course.len();
            lock(&self.trace).is_off_course = true;
        }
    }

    /// Drops the calls of killed processes, and those that a signal has restarted.
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

    /// Signals a process. If the signal kills it, its call is dropped. If the process handles the
    /// signal, the call is restarted. Waits for either, which keeps the order of the calls.
    fn does_survive(&self, notice: &Notice, signal: Signal) -> bool {
        if signal != Signal::SIGKILL && notice.process.withholds(signal) {
            return kill(notice.process.0, signal).is_ok();
        }
        // Another process may have killed it meanwhile.
        let _ = kill(notice.process.0, signal);
        wait::until("the death of a process, or the restart of its call", || {
            !notice.process.is_alive() || !self.listener.has_waiting(notice)
        });
        false
    }
}

impl Trace {
    /// Notes the effects of a call that is about to be made.
    fn foresee(&mut self, is_commit: bool, call: Call) {
        if is_commit && call.sends() {
            self.committed_after = Some(self.happened);
        }
        self.forks += usize::from(call.forks());
    }

    /// The place of a new call in the start; `None` if it does not belong to the start.
    fn place(&mut self, notice: &Notice, has_begun: bool) -> Option<Place> {
        if !self.processes.contains(&notice.process) {
            self.processes.push(notice.process);
        }
        let role =
            Role::of_nth(self.processes.iter().position(|&process| process == notice.process)?);
        if notice.sleeps_long() {
            self.body = Some(notice.process);
        }
        if !has_begun || self.body == Some(notice.process) || notice.call.only_reads_flags() {
            return None;
        }
        let role = role?;
        let index = self.calls.iter().filter(|(place, _)| place.role == role).count();
        Some(Place { role, index })
    }
}
