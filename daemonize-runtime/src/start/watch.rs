//! The session leader's second task, while the launcher waits for `ready()`. As the daemon's parent
//! it alone learns how the daemon ends. It also notices when the launcher is gone, whatever the
//! body is doing.

use std::cell::Cell;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::time::Duration;

use crate::options::{KERNEL_PATIENCE, SUPERVISORS_SHARE};
use crate::start::plan::Plan;
use crate::start::protocol::{Report, Word};
use crate::start::settle::record;
use crate::sys::{
    self, Deadline, End, GONE, ITS_END, Pid, READABLE, Signal, SignalSet, getpid, kill, killpg,
};

/// How long the body of a killed supervisor may take to die and to become an orphan.
const ADOPTION: Duration = Duration::from_secs(1);

/// Ends this process when the start is over: by the launcher's word that all is well, or with all
/// that belongs to the start.
#[inline]
pub(crate) fn watch(plan: &Plan, daemon: Pid, launcher: &UnixStream, lifeline: &UnixStream) -> ! {
    let children = SignalSet::of(&[Signal::SIGCHLD]);
    sys::block_signals(&children);
    sys::interrupt_on(Signal::SIGCHLD);
    let daemon = Unfinished { plan, process: daemon, end: Cell::new(None), children };
    if daemon.is_supervisor() {
        // Whatever it leaves behind when it is killed.
        sys::adopt_orphans();
    }
    if Report::SetUp.send(launcher).is_ok() {
        daemon.watch(launcher, lifeline);
    } else {
        daemon.end_at_once();
        plan.give_up();
    }
    // Whatever the body has started goes along, and this process with it.
    let _ = sys::persist(|| killpg(getpid(), Signal::SIGKILL));
    sys::exit_now(1)
}

/// A daemon that is not ready yet.
struct Unfinished<'a> {
    plan: &'a Plan<'a>,
    process: Pid,
    end: Cell<Option<End>>,
    children: SignalSet,
}

impl Unfinished<'_> {
    #[inline]
    fn is_supervisor(&self) -> bool {
        self.plan.parts.supervision.is_some()
    }

    /// Returns when the start is over, and nothing but this process is left of it.
    #[inline]
    fn watch(&self, launcher: &UnixStream, lifeline: &UnixStream) {
        let mut time_limit: Option<Deadline> = None;
        while self.end().is_none() {
            let left = time_limit.map(Deadline::left);
            if left.is_some_and(|left| left.is_zero()) {
                self.end_at_once();
                break;
            }
            match hear(launcher, lifeline, left) {
                Heard::Nothing => {}
                Heard::Word(Word::Record) => {
                    if let Err(failure) = record(self.plan, self.process) {
                        let _ = Report::Failed(failure).send(launcher);
                        self.end_at_once();
                        self.plan.give_up();
                        return;
                    }
                    let _ = Report::Recorded(self.process).send(launcher);
                }
                Heard::Word(Word::Dismissed) => sys::exit_now(0),
                Heard::Word(Word::TimeIsUp) => time_limit = Some(self.ask_to_end()),
                Heard::End => {
                    self.end_at_once();
                    break;
                }
            }
        }
        // The launcher cannot remove what another user has made, and may be gone.
        self.plan.give_up();
        if let Some(end) = self.end() {
            let _ = Report::of(end).send(launcher);
        }
    }

    /// How it has ended, if it has. Nothing of a supervisor is left then, even if it was killed.
    #[inline]
    fn end(&self) -> Option<End> {
        if self.end.get().is_none()
            && let Some(end) = sys::has_ended(self.process).unwrap_or(Some(End::Exited(71)))
        {
            self.end.set(Some(end));
            if self.is_supervisor() && matches!(end, End::Killed(_)) {
                sys::end_adopted_group(Deadline::after(ADOPTION), &self.children);
            }
        }
        self.end.get()
    }

    /// Asks it to end, as anybody would. Returns until when it may take.
    #[inline]
    fn ask_to_end(&self) -> Deadline {
        let ending = self.plan.ending;
        let (signal, share) = if self.is_supervisor() {
            (Signal::SIGTERM, SUPERVISORS_SHARE)
        } else {
            (ending.signal, Duration::ZERO)
        };
        if self.is_supervisor() || !ending.timeout.is_zero() {
            self.signal(signal);
            self.signal(Signal::SIGCONT);
        }
        Deadline::after(ending.timeout.saturating_add(share))
    }

    /// A supervisor takes its body along, and all that the body has started.
    #[inline]
    fn end_at_once(&self) {
        if self.is_supervisor() {
            self.signal(Signal::SIGINT);
            self.signal(Signal::SIGCONT);
            self.await_end();
        }
        self.signal(Signal::SIGKILL);
        self.await_end();
    }

    #[inline]
    fn signal(&self, signal: Signal) {
        if self.end().is_none() {
            let _ = sys::persist(|| kill(self.process, signal));
        }
    }

    #[inline]
    fn await_end(&self) {
        let deadline = Deadline::after(KERNEL_PATIENCE);
        while self.end().is_none() && !deadline.has_passed() {
            sys::wait_for_signal(&self.children, Some(deadline.left()));
        }
    }
}

/// What the session leader hears of the launcher.
enum Heard {
    /// Nothing: a child may have ended.
    Nothing,
    Word(Word),
    /// The end of the launcher.
    End,
}

#[inline]
fn hear(launcher: &UnixStream, lifeline: &UnixStream, limit: Option<Duration>) -> Heard {
    let questions = [(launcher.as_fd(), ITS_END), (lifeline.as_fd(), READABLE)];
    let [of_launcher, of_lifeline] = sys::wait_for_events(questions, limit);
    // A launcher that is killed closes both, in any order, and has said nothing on the lifeline.
    if (of_launcher | of_lifeline) & GONE != 0 {
        Heard::End
    } else if of_lifeline & READABLE != 0 {
        Word::receive(lifeline).map_or(Heard::Nothing, Heard::Word)
    } else {
        Heard::Nothing
    }
}
