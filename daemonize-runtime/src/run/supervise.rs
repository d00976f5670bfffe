//! The supervisor: the daemon itself, which runs no user code, forks a body, and forks the next one
//! when it ends. Each body starts from the same pristine state.
//!
//! All that it waits for comes as a signal. All signals are blocked since before it was born: only
//! a request that it obeys can end it, and no request comes too early.

use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::thread::panicking;
use std::time::{Duration, Instant, SystemTime};

use crate::error::{Seconds, Step, note};
use crate::options::{Ending, Policy, Restart};
use crate::resources::state_file::StateFile;
use crate::resources::state_text::{Phase, State};
use crate::run::backoff::{History, jitter};
use crate::run::body::Body;
use crate::run::first_body::{FirstBody, connect, go_on, tell_supervisor, word_of};
use crate::run::outcome::Outcome;
use crate::run::request::Request;
use crate::run::started::{self, WhenReady, remember_in_body};
use crate::run::variables::{LISTEN_PID, take_over};
use crate::sys::{self, Action, Deadline, End, OnlyThread, Pid, Signal, SignalSet, getpid};

/// Signals that nobody else hears: by default they do nothing.
const QUIET: [Signal; 3] = [Signal::SIGCHLD, Signal::SIGIO, Signal::SIGWINCH];

/// How often to look whether the first body is ready, where no signal says so.
const LOOK: Duration = Duration::from_secs(1);

/// Returns in each body. `first` is given when a launcher still waits for the first one.
#[inline]
pub(crate) fn supervise(
    plan: &Restart,
    ending: Ending,
    state_file: Option<StateFile>,
    only_thread: &OnlyThread,
    mut first: Option<FirstBody>,
) {
    let mut supervisor = Supervisor::new(ending, state_file, only_thread);
    let mut history = History::new(plan);
    let born = Instant::now();
    loop {
        let started = Instant::now();
        let outcome = match supervisor.start(first.take()) {
            Ok(None) => return,
            Ok(Some(body)) => Outcome::Ended(supervisor.watch(&body)),
            Err(reason) => Outcome::NotForked(reason),
        };
        if plan.policy == Policy::OnFailure && outcome == Outcome::Ended(End::Exited(0)) {
            supervisor.leave(0);
        }
        match history.after_end(plan, born.elapsed(), started.elapsed(), jitter()) {
            Ok(delay) => supervisor.pause(delay, outcome),
            Err(ends) => supervisor.give_up(plan, ends, outcome),
        }
    }
}

struct Supervisor<'a> {
    ending: Ending,
    only_thread: &'a OnlyThread,
    process: Pid,
    /// What SIGCHLD does in the body.
    child_action: Option<Action>,
    /// What signals do in the body that do something else here.
    kept: Vec<(Signal, Action)>,
    state: State,
    state_file: Option<StateFile>,
}

impl<'a> Supervisor<'a> {
    #[inline]
    fn new(ending: Ending, state_file: Option<StateFile>, only_thread: &'a OnlyThread) -> Self {
        let child_action = sys::replace_by_default(Signal::SIGCHLD);
        let kept = sys::keep_while_blocked(&QUIET);
        sys::adopt_orphans();
        let process = getpid();
        let state = State::at_birth(process.as_raw());
        Self { ending, only_thread, process, child_action, kept, state, state_file }
    }

    /// Starts a body. `None` in the body. The first one may still owe the launcher its readiness.
    #[inline]
    fn start(&mut self, first: Option<FirstBody>) -> sys::Answer<Option<Body>> {
        let started = match first {
            Some(first) => self.start_first(first),
            None => self.fork(None)?,
        };
        if let Some(body) = &started {
            let (phase, body) = (Phase::Running, Some(body.pid()));
            let restarts = self.state.restarts + u64::from(self.state.last_end.is_some());
            self.tell(State { phase, body, restarts, next_start: None, ..self.state });
        }
        Ok(started)
    }

    /// A first body that ends before it is ready is a failed start and no reason to start again:
    /// the supervisor ends as the body did, and is reported in its place. It is the supervisor that
    /// the launcher commits to, so that a body which ends after its word is started again.
    #[inline]
    fn start_first(&mut self, first: FirstBody) -> Option<Body> {
        let FirstBody { tell_launcher, streams } = first;
        let forked = connect().and_then(|(own, bodys)| {
            let when_ready = tell_supervisor(bodys, Arc::clone(&streams));
            Ok(self.fork(Some(when_ready))?.map(|body| (body, own)))
        });
        let (body, socket) = match forked {
            Ok(started) => started?,
            Err(reason) => {
                tell_launcher(Err((Step::Fork, reason)));
                self.leave(71);
            }
        };
        self.tell(State { body: Some(body.pid()), ..self.state });
        let ready = self.await_ready(&body, &socket).and_then(|()| streams.install());
        if !tell_launcher(ready.map_err(|reason| (Step::ReplaceStreams, reason))) {
            body.kill();
            self.leave(71);
        }
        go_on(&socket);
        // From now on SIGIO comes from nobody but a user.
        drop(socket);
        sys::wait_for_signal(&SignalSet::of(&[Signal::SIGIO]), Some(Duration::ZERO));
        Some(body)
    }

    /// Forks a body. `None` in the body. What the body does when it is ready is dropped here.
    #[inline]
    fn fork(&self, when_ready: Option<WhenReady>) -> sys::Answer<Option<Body>> {
        let forked = Body::fork(self.process, self.only_thread)?;
        if forked.is_none() {
            for (signal, action) in &self.kept {
                sys::put_back(*signal, action);
            }
            match &self.child_action {
                Some(action) => sys::put_back(Signal::SIGCHLD, action),
                None => sys::set_default(Signal::SIGCHLD.number()),
            }
            take_over(LISTEN_PID, self.process, self.only_thread);
            remember_in_body(when_ready);
            sys::set_signal_mask(&SignalSet::empty());
        }
        Ok(forked)
    }

    /// Waits for the first body's word that it is ready, or why it cannot be.
    #[inline]
    fn await_ready(&self, body: &Body, socket: &UnixStream) -> sys::Answer<()> {
        sys::signal_when_readable(socket);
        loop {
            let end = body.end();
            if let Some(word) = word_of(socket) {
                return word;
            }
            if let Some(end) = end {
                self.end_like(end);
            }
            match self.hear(Some(LOOK)) {
                Some(Request::End(signal, limit)) => {
                    self.end_body(body, limit);
                    self.end_like(End::Killed(signal.number()));
                }
                Some(Request::PassOn(signal)) => body.pass_on(signal),
                None => {}
            }
        }
    }

    /// Waits for the body's end, and passes signals on meanwhile. A request to end beats every
    /// restart.
    #[inline]
    fn watch(&self, body: &Body) -> End {
        loop {
            if let Some(end) = body.end() {
                return end;
            }
            match self.hear(None) {
                Some(Request::End(_, limit)) => {
                    self.end_body(body, limit);
                    self.leave(0);
                }
                Some(Request::PassOn(signal)) => {
                    started::reopen_logs_on(signal);
                    body.pass_on(signal);
                }
                None => {}
            }
        }
    }

    /// Asks the body and its group to end, and kills them when that takes too long. Another request
    /// can leave them less time, and not more.
    #[inline]
    fn end_body(&self, body: &Body, limit: Duration) {
        let mut deadline = Deadline::after(limit);
        if !limit.is_zero() {
            body.ask(self.ending.signal);
        }
        while body.end().is_none() && !deadline.has_passed() {
            if let Some(Request::End(_, limit)) = self.hear(Some(deadline.left())) {
                deadline = deadline.earlier(Deadline::after(limit));
            }
        }
        body.kill();
    }

    /// The time until the next start. A request to end is obeyed at once.
    #[inline]
    fn pause(&mut self, delay: Duration, outcome: Outcome) {
        note(&format!("restarting in {}: {outcome}", Seconds(delay)));
        self.tell_of(outcome, Phase::Restarting, sys::monotonic_time().checked_add(delay));
        let end = Deadline::after(delay);
        while !end.has_passed() {
            sys::reap_orphans(None);
            match self.hear(Some(end.left())) {
                Some(Request::End(..)) => self.leave(0),
                Some(Request::PassOn(signal)) => started::reopen_logs_on(signal),
                None => {}
            }
        }
    }

    /// Says so, and leaves the state file for those who ask later.
    #[inline]
    fn give_up(mut self, plan: &Restart, ends: u32, outcome: Outcome) -> ! {
        let kind = if plan.policy == Policy::Always { "end" } else { "failure" };
        let plural = if ends == 1 { "" } else { "s" };
        let (within, last) = (Seconds(plan.within), outcome.short());
        note(&format!("giving up after {ends} {kind}{plural} in {within}; last {last}"));
        self.tell_of(outcome, Phase::GivenUp, None);
        self.state_file = None;
        self.leave(outcome.code())
    }

    #[inline]
    fn hear(&self, patience: Option<Duration>) -> Option<Request> {
        Request::next(self.ending, self.state.phase == Phase::Starting, patience)
    }

    /// Says how things are without a body.
    #[inline]
    fn tell_of(&mut self, outcome: Outcome, phase: Phase, next_start: Option<Duration>) {
        let last_end = match outcome {
            Outcome::Ended(end) => Some((end, SystemTime::now())),
            Outcome::NotForked(_) => self.state.last_end,
        };
        self.tell(State { phase, body: None, next_start, last_end, ..self.state });
    }

    #[inline]
    fn tell(&mut self, state: State) {
        self.state = state;
        if let Some(file) = &self.state_file {
            file.write(&self.state);
        }
    }

    /// Ends the supervisor as the body ended.
    #[inline]
    fn end_like(&self, end: End) -> ! {
        if let End::Killed(signal) = end {
            self.clean_up();
            sys::end_by_signal(signal);
        }
        self.leave(end.code())
    }

    /// Ends the supervisor. Exit handlers belong to the body's copy of the program.
    #[inline]
    fn leave(&self, code: i32) -> ! {
        self.clean_up();
        sys::exit_now(code)
    }

    #[inline]
    fn clean_up(&self) {
        self.state_file.iter().for_each(StateFile::remove);
        started::leave();
    }
}

/// A panic must not unwind into the program, which would then run unsupervised.
impl Drop for Supervisor<'_> {
    #[inline]
    fn drop(&mut self) {
        if panicking() {
            self.leave(70);
        }
    }
}
