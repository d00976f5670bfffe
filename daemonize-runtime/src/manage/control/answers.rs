//! What a PID file says about its daemon, and a supervisor about its body. And how a daemon is
//! ended: the signalled process is waited for, by its handle, and no other. Then the lock is looked
//! at once.

use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, SystemTime};

use crate::manage::control::look::{Found, Look, PAUSE, Running, SETTLING, find};
use crate::manage::control::output;
use crate::manage::control::process::{Process, find_holder};
use crate::manage::control::status::{BodyEnd, Status, Supervision};
use crate::manage::control::stop::{Lock, Stop, StopError, Stopped};
use crate::manage::control::unit::Unit;
use crate::options::{Ending, KERNEL_PATIENCE, SUPERVISORS_SHARE, StopSignal};
use crate::resources::pid_text::Text;
use crate::resources::state_file;
use crate::resources::state_text::{Phase, State};
use crate::sys::{self, Deadline, Errno, Identity, Signal};

/// How long it may take to end those that a killed process takes along, such as its body.
const COMPANY_PATIENCE: Duration = Duration::from_secs(1);

#[inline]
pub(super) fn status(path: &Path) -> Status {
    match find(path) {
        Found::Running(daemon) => of_running(&daemon, state_file::read(path)),
        Found::Starting => Status::Starting,
        Found::Dead(pid) => given_up(path, |state| pid == Some(state.supervisor), Status::Dead),
        Found::Nothing => given_up(path, |_| true, Status::NotRunning),
        Found::Unknown(doubt) => Status::Unknown(doubt.explain()),
    }
}

#[inline]
fn of_running(daemon: &Running, state: Option<State>) -> Status {
    let pid = daemon.process.pid;
    let since = daemon.since;
    let (output, unit) = (output::of(pid, 1), Unit::of(pid).map(|unit| unit.name));
    // What another daemon has left says nothing about this one.
    let state = state.filter(|state| state.supervisor == pid);
    let supervision = state.map(Supervision::from);
    match state.zip(supervision) {
        Some((State { phase: Phase::Restarting, next_start, .. }, supervision)) => {
            let left = next_start.map(|at| at.saturating_sub(sys::monotonic_time()));
            let next_start = left.and_then(|left| SystemTime::now().checked_add(left));
            Status::Restarting { pid, since, next_start, output, unit, supervision }
        }
        Some((State { phase: Phase::GivenUp, .. }, supervision)) => Status::GivenUp { supervision },
        // The file names nobody before the first body is ready, and the supervisor learns of that a
        // moment later.
        Some((State { phase: Phase::Starting | Phase::Running, .. }, _)) | None => {
            let in_foreground = output::is_in_foreground(pid);
            Status::Running { pid, since, in_foreground, output, unit, supervision }
        }
    }
}

/// Whether nothing runs because it was given up, as a state file says that can be meant.
fn given_up(path: &Path, can_be_meant: impl Fn(&State) -> bool, otherwise: Status) -> Status {
    match state_file::read(path).filter(can_be_meant) {
        Some(state) if state.phase == Phase::GivenUp => {
            Status::GivenUp { supervision: state.into() }
        }
        _ => otherwise,
    }
}

impl From<State> for Supervision {
    #[inline]
    fn from(State { body, restarts, last_end, .. }: State) -> Self {
        let last_end = last_end.map(|(end, at)| match end {
            sys::End::Exited(code) => (BodyEnd::Exited(code), at),
            sys::End::Killed(signal) => (BodyEnd::Killed(signal), at),
        });
        Self { body, restarts, last_end }
    }
}

impl Stop {
    #[inline]
    pub(crate) fn of(Ending { signal, timeout }: Ending) -> Self {
        Self { timeout, signal: Some(StopSignal::Number(signal.number())) }
    }

    #[inline]
    fn ending(self) -> Result<Ending, StopError> {
        let signal = match self.signal {
            None => Ok(Ending::default().signal),
            Some(StopSignal::Number(number)) => {
                Signal::of(number).ok_or_else(|| number.to_string())
            }
            Some(StopSignal::Unknown(name)) => Err(name),
        };
        let signal = signal.map_err(StopError::UnknownSignal)?;
        Ok(Ending { signal, timeout: self.timeout })
    }
}

#[inline]
pub(super) fn stop(path: &Path, how: Stop) -> Result<Stopped, StopError> {
    let ending = how.ending()?;
    let deadline = Deadline::after(ending.timeout);
    loop {
        match find(path) {
            Found::Running(daemon) => {
                // Informative, as all in that file: it changes nobody whom to signal.
                let is_supervisor = state_file::read(path)
                    .is_some_and(|state| state.supervisor == daemon.process.pid);
                return if end(&daemon.process, ending, is_supervisor)? {
                    Ok(Stopped::Ended(lock_after(path, &daemon, SETTLING)))
                } else {
                    Ok(Stopped::Killed(lock_after(path, &daemon, COMPANY_PATIENCE)))
                };
            }
            Found::Starting if !deadline.has_passed() => {
                sleep(PAUSE);
            }
            Found::Starting => return Err(StopError::StillStarting),
            Found::Dead(_) => {
                if let Ok(look) = Look::at(path) {
                    look.remove_left(path);
                }
                return Ok(Stopped::WasNotRunning);
            }
            Found::Nothing => return Ok(Stopped::WasNotRunning),
            Found::Unknown(doubt) => return Err(StopError::Unknown(doubt.explain())),
        }
    }
}

/// Whether it ended when it was asked; otherwise it was killed. A supervisor gives its body the
/// time limit, which it is told, and has a little more itself.
#[inline]
fn end(process: &Process, ending: Ending, is_supervisor: bool) -> Result<bool, StopError> {
    let refused = |reason: Errno| StopError::Refused(reason.into());
    let Ending { signal, timeout } = ending;
    if is_supervisor {
        process.request(signal, timeout).map_err(refused)?;
        process.signal(Signal::SIGCONT).map_err(refused)?;
        if process.wait(timeout.saturating_add(SUPERVISORS_SHARE)) {
            return Ok(true);
        }
    } else if !timeout.is_zero() {
        process.signal(signal).map_err(refused)?;
        // One that is stopped must go on in order to end.
        process.signal(Signal::SIGCONT).map_err(refused)?;
        if process.wait(timeout) {
            return Ok(true);
        }
    }
    process.signal(Signal::SIGKILL).map_err(refused)?;
    if process.wait(KERNEL_PATIENCE) { Ok(false) } else { Err(StopError::StillRunning) }
}

/// What an ended daemon held, and who has it now. What ends together with the daemon has until
/// `patience` is over to do so.
#[inline]
fn lock_after(path: &Path, ended: &Running, patience: Duration) -> Lock {
    let settled_by = Deadline::after(patience);
    loop {
        let Ok(look) = Look::at(path) else { return Lock::Free };
        let Ok(true) = look.is_locked() else {
            look.remove_left(path);
            return Lock::Free;
        };
        match look.text {
            // Not removed yet by a new start, or held by something that was left.
            Ok(Text::Pid(pid)) if pid == ended.process.pid && look.identity == ended.file => {
                if is_new(pid, look.identity) {
                    return Lock::New(Some(pid));
                }
                if settled_by.has_passed() {
                    return Lock::Left(find_holder(look.identity));
                }
                sleep(PAUSE);
            }
            Ok(Text::Pid(pid)) => return Lock::New(Some(pid)),
            _ => return Lock::New(None),
        }
    }
}

/// Whether a living process with the number of the one that has ended holds the file: numbers are
/// used again.
#[inline]
fn is_new(pid: i32, file: Identity) -> bool {
    cfg!(target_os = "linux")
        && Process::pin(pid).is_some_and(|process| matches!(process.holds(file), Ok(true)))
}
