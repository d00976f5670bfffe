//! The supervisor: the daemon itself, which runs no user code, forks a body, and forks the next one
//! when it ends. Each body starts from the same pristine state. At most two processes, and both
//! hold the lock, so that an orphaned body hinders a second daemon.

use std::fmt;
use std::io::{self, PipeReader, PipeWriter, Write};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use nix::poll::PollFlags;
use nix::sys::signal::{SigSet, Signal, kill, killpg};
use nix::unistd::{ForkResult, Pid, getpid, getppid, setpgid};

use crate::error::say;
use crate::options::{Ending, Policy, Restart};
use crate::resources::streams::Streams;
use crate::run::backoff::History;
use crate::run::started::{self, WhenReady, remember_in_body};
use crate::run::variables::{LISTEN_PID, take_over};
use crate::sys::{self, Deadline, End, OnlyThread};

/// Signals that end both.
const ENDING: [Signal; 3] = [Signal::SIGTERM, Signal::SIGINT, Signal::SIGQUIT];

/// Signals that are the body's business.
const PASSED_ON: [Signal; 4] = [Signal::SIGHUP, Signal::SIGUSR1, Signal::SIGUSR2, Signal::SIGWINCH];

/// Stands for the end of a body that could not be started, or that nobody knows: a failure of the
/// system's.
const NOBODY: End = End::Exited(71);

/// The first body of a start that waits for `ready()`.
pub(crate) struct FirstBody {
    /// What its `ready()` does, besides telling the supervisor.
    pub(crate) when_ready: WhenReady,
    /// Put in place in the supervisor when the body is ready.
    pub(crate) streams: Arc<Streams>,
}

/// Returns in each body. `first` is given when a launcher still waits for the first one.
pub(crate) fn supervise(
    plan: &Restart,
    ending: Ending,
    only_thread: &OnlyThread,
    first: Option<FirstBody>,
) {
    let supervisor = Supervisor { ending, only_thread, process: getpid() };
    let Some(first) = supervisor.start_first(first) else { return };
    let mut body = first;
    let mut history = History::new(plan);
    let born = Instant::now();
    loop {
        let started = Instant::now();
        let end = match body {
            Ok(body) => supervisor.watch(body),
            Err(_) => NOBODY,
        };
        if plan.policy == Policy::OnFailure && end == End::Exited(0) {
            leave(0);
        }
        let Some(delay) = history.after_end(plan, born.elapsed(), started.elapsed(), jitter())
        else {
            say(&format!("given up: it {end}, for the last of {} times", plan.most_failures));
            leave(end.code());
        };
        // Not as a fraction: the code that writes one is larger than all of this.
        say(&format!(
            "starting again in {}.{:03} s: it {end}",
            delay.as_secs(),
            delay.subsec_millis()
        ));
        pause(delay);
        body = match supervisor.start_in_own_group() {
            Ok(None) => return,
            Ok(Some(body)) => Ok(body),
            Err(reason) => Err(reason),
        };
    }
}

struct Supervisor<'a> {
    ending: Ending,
    only_thread: &'a OnlyThread,
    process: Pid,
}

impl Supervisor<'_> {
    /// The first body may still owe the launcher its readiness. Ending before is a failed start and
    /// no reason to start again: the supervisor ends as the body did, and is reported in its place.
    /// `None` in the body.
    fn start_first(&self, first: Option<FirstBody>) -> Option<nix::Result<Pid>> {
        let Some(FirstBody { when_ready, streams }) = first else {
            return self.start_in_own_group().transpose();
        };
        let Ok((told, teller)) = io::pipe() else { leave(71) };
        match self.start(Some(tell_supervisor_too(when_ready, teller))) {
            Ok(None) => None,
            Ok(Some(body)) => {
                await_ready(body, &told);
                sys::set_signal_mask(&all_handled());
                // Not before: until then a start that comes to nothing ends the whole group of the
                // session leader.
                let _ = setpgid(body, body);
                // A supervisor without log still does its work.
                let _ = streams.install();
                Some(Ok(body))
            }
            Err(_) => leave(71),
        }
    }

    /// Forks a body with a process group of its own, so that it can be ended together with what it
    /// started. `None` in the body.
    fn start_in_own_group(&self) -> nix::Result<Option<Pid>> {
        let started = self.start(None)?;
        // In both processes, since either may be the first to need it.
        let body = started.unwrap_or(Pid::from_raw(0));
        let _ = setpgid(body, body);
        Ok(started)
    }

    /// Forks a body. `None` in the body. What the body does when it is ready is dropped here: the
    /// launcher's byte must fail when the body is dead, and so must find nobody else.
    fn start(&self, when_ready: Option<WhenReady>) -> nix::Result<Option<Pid>> {
        sys::set_signal_mask(&all_handled());
        match sys::fork(self.only_thread)? {
            ForkResult::Parent { child } => Ok(Some(child)),
            ForkResult::Child => {
                sys::die_with_parent();
                if getppid() != self.process {
                    sys::exit_now(1);
                }
                sys::set_default(Signal::SIGCHLD as i32);
                take_over(LISTEN_PID, self.process, self.only_thread);
                remember_in_body(when_ready);
                sys::set_signal_mask(&SigSet::empty());
                Ok(None)
            }
        }
    }

    /// Waits for the body's end, and passes signals on meanwhile.
    fn watch(&self, body: Pid) -> End {
        loop {
            if let Some(end) = end_of(body) {
                return end;
            }
            match sys::wait_for_signal(&all_handled(), None) {
                Some(signal) if ENDING.contains(&signal) => self.end(body),
                Some(signal) if PASSED_ON.contains(&signal) => pass_on(signal, Some(body)),
                _ => {}
            }
        }
    }

    /// A request to end beats every restart. A stopped body is continued, so that it can end; one
    /// that takes too long is killed.
    fn end(&self, body: Pid) -> ! {
        let _ = killpg(body, self.ending.signal);
        let _ = killpg(body, Signal::SIGCONT);
        let deadline = Deadline::after(self.ending.timeout);
        let mut children = SigSet::empty();
        children.add(Signal::SIGCHLD);
        while end_of(body).is_none() {
            let left = deadline.left();
            if left.is_zero() {
                let _ = killpg(body, Signal::SIGKILL);
                let _ = sys::wait(body);
                break;
            }
            sys::wait_for_signal(&children, Some(left));
        }
        leave(0)
    }
}

fn tell_supervisor_too(when_ready: WhenReady, mut supervisor: PipeWriter) -> WhenReady {
    Box::new(move || {
        when_ready();
        // One that is gone takes this process along.
        let _ = supervisor.write_all(&[1]);
    })
}

/// Waits for the first body's word that it is ready.
fn await_ready(body: Pid, told: &PipeReader) {
    sys::interrupt_on(Signal::SIGCHLD);
    // A request to end is not passed on: it ends the unfinished daemon, and the body with it.
    let mut children = SigSet::empty();
    children.add(Signal::SIGCHLD);
    sys::set_signal_mask(&children);
    let mut is_silent = false;
    loop {
        let end = if is_silent { sys::wait(body).ok().or(Some(NOBODY)) } else { end_of(body) };
        if let Some(end) = end {
            end_like(end);
        }
        let events = sys::wait_for_event(told, PollFlags::POLLIN);
        if events.contains(PollFlags::POLLIN) {
            return;
        }
        if events.contains(PollFlags::POLLHUP) {
            // It can say nothing any more, so that its end is all that is left to wait for.
            is_silent = true;
        }
    }
}

/// Ends the supervisor as the body ended.
fn end_like(end: End) -> ! {
    if let End::Killed(signal) = end {
        started::leave();
        sys::set_default(signal);
        sys::set_signal_mask(&SigSet::empty());
        sys::raise(signal);
    }
    leave(end.code())
}

/// The end of a body, if it has come. One that cannot be asked for has ended.
fn end_of(body: Pid) -> Option<End> {
    sys::has_ended(body).unwrap_or(Some(NOBODY))
}

/// The time until the next start. A request to end is obeyed at once.
fn pause(delay: Duration) {
    let end = Deadline::after(delay);
    loop {
        let left = end.left();
        if left.is_zero() {
            return;
        }
        match sys::wait_for_signal(&all_handled(), Some(left)) {
            Some(signal) if ENDING.contains(&signal) => leave(0),
            Some(signal) => pass_on(signal, None),
            None => {}
        }
    }
}

fn pass_on(signal: Signal, body: Option<Pid>) {
    if signal == Signal::SIGHUP {
        started::reopen_logs();
    }
    if let Some(body) = body {
        let _ = kill(body, signal);
    }
}

/// Ends the supervisor. Exit handlers belong to the body's copy of the program.
fn leave(code: i32) -> ! {
    started::leave();
    sys::exit_now(code)
}

fn all_handled() -> SigSet {
    ENDING.into_iter().chain(PASSED_ON).chain([Signal::SIGCHLD]).collect()
}

fn jitter() -> u8 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    since.subsec_nanos().to_le_bytes()[1]
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exited(code) => write!(f, "ended with exit code {code}"),
            Self::Killed(number) => match Signal::try_from(*number) {
                Ok(signal) => write!(f, "was killed by {signal}"),
                Err(_) => write!(f, "was killed by signal {number}"),
            },
        }
    }
}
