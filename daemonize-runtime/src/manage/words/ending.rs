//! The words `stop` and `restart`: how the daemon ended, and who has its lock now.

use std::error::Error as _;
use std::path::Path;
use std::process;

use crate::error::say;
use crate::manage::control::look::{Found, find};
use crate::manage::control::process::stat_of;
use crate::manage::control::unit::Unit;
use crate::manage::control::{Lock, Stop, StopError, Stopped, stop};
use crate::manage::words::place::{program, shown};
use crate::manage::words::print;
use crate::sys;

/// Ends the daemon, and says so. Returns the exit code.
#[inline]
pub(crate) fn stop_and_say(pid_file: &Path, how: Stop) -> i32 {
    let text = match stop(pid_file, how) {
        Ok(Stopped::Ended(lock)) => format!("stopped{}", after(lock, pid_file)),
        Ok(Stopped::Killed(lock)) => {
            format!("killed: it did not stop in time{}", after(lock, pid_file))
        }
        Ok(Stopped::WasNotRunning) => format!("was not running ({})", shown(pid_file)),
        Err(error) => return refuse("stop", pid_file, &error),
    };
    print(&format!("{} {text}\n", program()));
    0
}

/// Ends the daemon for the next one; whether there was one. Exits where there cannot be a next one.
#[inline]
pub(crate) fn end_for_restart(pid_file: &Path, how: Stop) -> bool {
    refuse_to_take_away(pid_file);
    outlive_body(pid_file);
    match stop(pid_file, how) {
        Ok(Stopped::Ended(lock @ Lock::Left(_)) | Stopped::Killed(lock @ Lock::Left(_))) => {
            say(format_args!("cannot restart: it is stopped{}", after(lock, pid_file)));
            process::exit(1)
        }
        Ok(stopped) => stopped != Stopped::WasNotRunning,
        Err(error) => process::exit(refuse("restart", pid_file, &error)),
    }
}

/// After a restart from elsewhere, a service manager would have lost its daemon, and would start
/// another one.
#[inline]
fn refuse_to_take_away(pid_file: &Path) {
    if let Found::Running(daemon) = find(pid_file)
        && let Some(unit) = Unit::of(daemon.process.pid)
        && !unit.contains_caller()
    {
        let command = unit.restart();
        say(format_args!(
            "cannot restart: it runs as the service {}; use `{command}`",
            unit.shown()
        ));
        process::exit(1)
    }
}

/// The process group of a supervised body is killed when the body ends. A restart that the body
/// itself has asked for belongs to it, and would be killed before the next start.
#[inline]
fn outlive_body(pid_file: &Path) {
    let own_group = sys::getpgid(sys::getpid()).map(sys::Pid::as_raw);
    if let (Found::Running(daemon), Ok(own_group)) = (find(pid_file), own_group)
        && stat_of(own_group).is_some_and(|leader| leader.parent == daemon.process.pid)
    {
        // What cannot leave leads a group, and is not in that of the body.
        let _ = sys::setsid();
    }
}

/// Who has the lock of a daemon that has ended, in words.
#[inline]
fn after(lock: Lock, pid_file: &Path) -> String {
    match lock {
        Lock::Free => String::new(),
        Lock::New(Some(pid)) => format!("; a new one is running already, PID {pid}"),
        Lock::New(None) => "; a new one is starting already".to_owned(),
        Lock::Left(Some(pid)) => {
            format!("; PID {pid}, which it started, still holds the lock on {}", shown(pid_file))
        }
        Lock::Left(None) => {
            format!("; a process that it started still holds the lock on {}", shown(pid_file))
        }
    }
}

/// Says why the daemon was not ended. Returns the exit code.
#[inline]
fn refuse(word: &str, pid_file: &Path, error: &StopError) -> i32 {
    let reason = error.source().map(|reason| format!(": {reason}")).unwrap_or_default();
    // What is unknown is said of the file.
    let subject = match error {
        StopError::Unknown(_) => format!("{}: ", shown(pid_file)),
        _ => String::new(),
    };
    say(format_args!("cannot {word}: {subject}{error}{reason}"));
    match error {
        StopError::StillRunning | StopError::StillStarting => 1,
        StopError::Unknown(_) | StopError::UnknownSignal(_) | StopError::Refused(_) => 4,
    }
}
