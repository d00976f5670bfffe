//! Readiness: the daemon talks to the terminal, and the launcher waits, until the body says that it is up.

use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::sync::{Mutex, PoisonError};

use nix::sys::signal::{SigSet, SigmaskHow, Signal, kill, killpg, sigprocmask};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::{Pid, getpid};

use crate::notify::Manager;
use crate::pid_file::{self, PidFile};
use crate::reopen::Logs;
use crate::report::Report;
use crate::settle::{Failure, Stage};
use crate::streams::Streams;
use crate::sys;

/// Who waits for `ready()`, and what it does then.
#[derive(Debug)]
pub(crate) enum Waiting {
    Launcher { socket: UnixStream, streams: Streams, logs: Option<Logs> },
    Manager(Manager),
}

static WAITING: Mutex<Option<(Pid, Waiting)>> = Mutex::new(None);

/// Leaves the rest of the start to `ready()`.
pub(crate) fn postpone(waiting: Waiting) {
    *WAITING.lock().unwrap_or_else(PoisonError::into_inner) = Some((getpid(), waiting));
}

pub(crate) fn ready() {
    let mut waiting = WAITING.lock().unwrap_or_else(PoisonError::into_inner);
    // A child that the body forked has a copy, and nothing to say.
    match waiting.take_if(|(owner, _)| *owner == getpid()) {
        Some((_, Waiting::Launcher { socket, streams, logs })) => complete(socket, &streams, logs),
        Some((_, Waiting::Manager(manager))) => manager.ready(),
        None => {}
    }
}

/// The last step of a start that waited. What is printed so far still belongs to the terminal.
fn complete(mut launcher: UnixStream, streams: &Streams, logs: Option<Logs>) {
    let _ = io::stdout().flush();
    sys::flush_c_streams();
    if let Some(logs) = logs {
        logs.reopen_on_hangup();
    }
    let answer = match streams.install() {
        Ok(()) => Report::Ready,
        Err(reason) => Report::Failed(Failure(Stage::ReplaceStreams, reason)),
    };
    let is_told = answer.send(&launcher).is_ok() && matches!(answer, Report::Ready);
    if !is_told || launcher.read_exact(&mut [0]).is_err() {
        pid_file::remove_kept();
        sys::exit_now(1);
    }
}

/// The session leader's second task: it is the daemon's parent, so that it alone learns how the daemon ends, and it
/// notices when the launcher is gone, whatever the body is doing. Ends with the launcher's word that all is well.
pub(crate) fn watch(daemon: Pid, launcher: &UnixStream, pid_file: Option<&PidFile>) -> ! {
    // A launcher that is gone already shows below.
    let _ = Report::Recorded.send(launcher);
    let mut child_signal = SigSet::empty();
    child_signal.add(Signal::SIGCHLD);
    let _ = sigprocmask(SigmaskHow::SIG_BLOCK, Some(&child_signal), None);
    sys::interrupt_on(Signal::SIGCHLD);
    loop {
        match waitpid(daemon, Some(WaitPidFlag::WNOHANG)) {
            Ok(WaitStatus::StillAlive) => {}
            Ok(status) => {
                if let Some(end) = Report::of(status) {
                    let _ = end.send(launcher);
                    break;
                }
            }
            Err(_) => break,
        }
        if sys::has_hung_up(launcher) {
            let _ = kill(daemon, Signal::SIGKILL);
            let _ = waitpid(daemon, None);
            if let Some(pid_file) = pid_file {
                pid_file.remove();
            }
            break;
        }
    }
    // Whatever the body has started goes along, and this process with it.
    let _ = killpg(getpid(), Signal::SIGKILL);
    sys::exit_now(1)
}
