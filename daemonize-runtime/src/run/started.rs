//! What a started process remembers: what it holds, who waits for it, and what it owes when it
//! exits.

use std::os::fd::BorrowedFd;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::sleep;
use std::time::Duration;
use std::{env, process};

use crate::resources::log_rotation::Logs;
use crate::resources::pid_file::HeldPidFile;
use crate::run::notify::{self, Manager};
use crate::sys::{self, Errno, Pid, Shared, Signal, Slot, getpid};
use libc::c_int;

/// Between two looks whether another thread has said that the program is up.
const PAUSE: Duration = Duration::from_millis(1);

static STARTED: Shared<Started> = Shared::empty();

/// A started process: the daemon, a body of a supervisor, or a program in the foreground.
pub(crate) struct Started {
    owner: Pid,
    duties: Duties,
    when_ready: Slot<WhenReady>,
    /// Whether the manager may hear of more than that the program is up.
    is_up: AtomicBool,
    /// Whether `ready()` is done, or has nothing to do.
    is_ready: AtomicBool,
}

/// What the process has taken over by its start.
#[derive(Default)]
pub(crate) struct Duties {
    /// Whether it has detached.
    pub(crate) is_daemon: bool,
    /// Removed at exit.
    pub(crate) pid_file: Option<HeldPidFile>,
    /// Opened anew on SIGHUP.
    pub(crate) logs: Option<&'static Logs>,
    /// Told when the program is up, and when it exits.
    pub(crate) manager: Option<Manager>,
}

impl Started {
    fn is_ready(&self) -> bool {
        self.is_ready.load(Ordering::Acquire)
    }

    /// The manager, once it knows that the program is up.
    fn manager_that_knows(&self) -> Option<&Manager> {
        self.duties.manager.as_ref().filter(|_| self.is_up.load(Ordering::Acquire))
    }
}

/// What `ready()` does before anybody is told.
pub(crate) type WhenReady = Box<dyn FnOnce() + Send>;

/// Remembers, for this process. `None` for `when_ready` leaves nothing to `ready()`.
///
/// A process that was forked from a started one is independent of it from here on, and no longer
/// holds its lock.
///
/// # Panics
///
/// When this process has started before, which a start finds out first.
pub(crate) fn remember(duties: Duties, when_ready: Option<WhenReady>) {
    assert!(!has_started(), "a process starts once");
    let inherited = STARTED.get().and_then(|parent| parent.duties.pid_file.as_ref());
    if let Some(pid_file) = inherited {
        pid_file.let_go();
    }
    set(duties, when_ready);
}

/// Remembers for a body that a supervisor has forked. The PID file stays the supervisor's, and both
/// hold its lock: an orphaned body hinders a second daemon.
#[inline]
pub(crate) fn remember_in_body(when_ready: Option<WhenReady>) {
    let supervisor = STARTED.get().map(|supervisor| &supervisor.duties);
    let is_daemon = supervisor.is_some_and(|duties| duties.is_daemon);
    let logs = supervisor.and_then(|duties| duties.logs);
    if let Some(logs) = logs {
        logs.be_silent();
    }
    set(Duties { is_daemon, logs, ..Duties::default() }, when_ready);
}

fn set(duties: Duties, when_ready: Option<WhenReady>) {
    let [is_up, is_ready] = [when_ready.is_none(); 2].map(AtomicBool::new);
    let slot = Slot::empty();
    if let Some(when_ready) = when_ready {
        slot.put(Box::new(when_ready));
    }
    STARTED.set(Box::new(Started { owner: getpid(), duties, when_ready: slot, is_up, is_ready }));
}

/// What this process has started as. `None` in a child that it has forked, which has a copy of the
/// memory and none of the duties.
fn own() -> Option<&'static Started> {
    STARTED.get().filter(|started| started.owner == getpid())
}

/// The manager that listens to this process.
#[inline]
fn manager() -> Option<&'static Manager> {
    own()?.duties.manager.as_ref()
}

/// Whether this very process has started. A child that it forked has not.
pub(crate) fn has_started() -> bool {
    own().is_some()
}

pub(crate) fn is_daemon() -> bool {
    STARTED.get().is_some_and(|started| started.duties.is_daemon)
}

/// Says that the program is up.
pub(crate) fn ready() {
    let Some(started) = own().filter(|started| !started.is_ready()) else { return };
    // It belongs to the terminal. Before the word is taken: another thread may hold the lock of
    // standard output while it waits here.
    sys::flush_output();
    let Some(when_ready) = started.when_ready.take() else {
        // Another thread is at it.
        while !started.is_ready() {
            sleep(PAUSE);
        }
        return;
    };
    when_ready();
    // Before the manager is told, which may ask for a rotation at once.
    started.is_up.store(true, Ordering::Release);
    if let Some(manager) = &started.duties.manager {
        manager.ready();
    }
    started.is_ready.store(true, Ordering::Release);
}

/// Tells the manager, if one listens to this process.
#[inline]
pub(crate) fn notify(state: &str) {
    if let Some(manager) = manager() {
        manager.send(state.as_bytes());
    }
}

/// Tells the manager, if one listens to this process, and hands it copies of descriptors.
#[inline]
pub(crate) fn notify_with_descriptors(state: &str, descriptors: &[BorrowedFd<'_>]) {
    if let Some(manager) = manager() {
        manager.send_with(state.as_bytes(), descriptors);
    }
}

/// How often a manager that listens to this process wants to hear from it.
#[inline]
pub(crate) fn watchdog() -> Option<Duration> {
    manager()?;
    notify::watchdog(process::id(), |name| env::var(name).ok())
}

/// Has SIGHUP open the logs anew, once they are known, but for a foreground that is to ignore it.
/// Before the body runs: libraries that install a handler later call the one before, and one that
/// came after theirs would throw theirs away.
#[inline]
pub(crate) fn reopen_logs_on_hangup() {
    #[inline]
    extern "C" fn on_hangup(_signal: c_int) {
        let interrupted_call = Errno::last_raw();
        let manager = own().and_then(Started::manager_that_knows);
        manager.inspect(|manager| manager.reloading());
        reopen_logs();
        manager.inspect(|manager| manager.ready());
        Errno::set_raw(interrupted_call);
    }
    if !sys::is_ignored(Signal::SIGHUP.number()) {
        sys::handle(Signal::SIGHUP, on_hangup);
    }
}

/// Opens the logs anew, also in a forked child, which has the same ones open.
/// Async-signal-safe.
#[inline]
pub(crate) fn reopen_logs() {
    if let Some(logs) = STARTED.get().and_then(|started| started.duties.logs) {
        logs.reopen();
    }
}

/// Opens the logs anew in a supervisor, which writes into the same ones as its body.
#[inline]
pub(crate) fn reopen_logs_on(signal: Signal) {
    if signal == Signal::SIGHUP {
        reopen_logs();
    }
}

/// Has [`leave`] called when the process exits.
pub(crate) fn leave_at_exit() -> sys::Answer<()> {
    extern "C" fn at_exit() {
        leave();
    }
    sys::at_exit(at_exit)
}

/// What is due when the process ends in good order: the manager is told, the PID file is removed.
pub(crate) fn leave() {
    // Children that the daemon forks run the exit handler too.
    let Some(started) = own() else { return };
    if let Some(manager) = started.manager_that_knows() {
        manager.stopping();
    }
    if let Some(pid_file) = &started.duties.pid_file {
        pid_file.remove();
    }
}
