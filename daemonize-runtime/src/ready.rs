//! Readiness: the daemon talks to the terminal, and the launcher waits, until the body says that it
//! is up.

use std::io::{self, PipeReader, PipeWriter, Read, Write};
use std::os::unix::net::UnixStream;
use std::sync::{Mutex, PoisonError};

use nix::poll::PollFlags;
use nix::sys::signal::{SigSet, SigmaskHow, Signal, kill, killpg, sigprocmask};
use nix::unistd::{Pid, getpid};

use crate::detach::COMMIT;
use crate::error::Step;
use crate::notify::Manager;
use crate::report::Report;
use crate::resources::log_rotation::Rotation;
use crate::resources::pid_file::{self, PidFile};
use crate::resources::streams::Streams;
use crate::settle::Failure;
use crate::sys;

/// Who waits for `ready()`.
#[derive(Debug)]
pub(crate) enum Waiting {
    Launcher(Launcher),
    Manager(Manager),
}

/// A launcher that waits, and what changes for it to return.
#[derive(Debug)]
pub(crate) struct Launcher {
    pub(crate) socket: UnixStream,
    pub(crate) change: Change,
    /// Told as well, where there is one.
    pub(crate) supervisor: Option<PipeWriter>,
}

/// From the terminal to the files.
#[derive(Debug)]
pub(crate) struct Change {
    pub(crate) streams: Streams,
    pub(crate) logs: Option<Rotation>,
}

impl Change {
    pub(crate) fn apply(self) -> nix::Result<()> {
        self.streams.install()?;
        // Afterwards, so that a signal which comes in between does not open them on the terminal's
        // descriptors.
        if let Some(logs) = self.logs {
            logs.publish();
        }
        Ok(())
    }
}

/// How each process of a start waits.
#[derive(Debug)]
pub(crate) struct Readiness {
    /// The launcher.
    pub(crate) wait: fn(&UnixStream, Pid, &PipeReader) -> Option<Report>,
    /// The session leader.
    pub(crate) watch: fn(Pid, &UnixStream, Option<&PidFile>) -> !,
    /// The daemon, or the program in the foreground.
    pub(crate) postpone: fn(Waiting),
}

pub(crate) static READINESS: Readiness = Readiness { wait, watch, postpone };

static WAITING: Mutex<Option<(Pid, Waiting)>> = Mutex::new(None);

/// Leaves the rest of the start to `ready()`.
pub(crate) fn postpone(waiting: Waiting) {
    *WAITING.lock().unwrap_or_else(PoisonError::into_inner) = Some((getpid(), waiting));
}

pub(crate) fn ready() {
    let mut waiting = WAITING.lock().unwrap_or_else(PoisonError::into_inner);
    // A child that the body forked has a copy, and nothing to say.
    match waiting.take_if(|(owner, _)| *owner == getpid()) {
        Some((_, Waiting::Launcher(launcher))) => complete(launcher),
        Some((_, Waiting::Manager(manager))) => manager.ready(),
        None => {}
    }
}

/// The last step of a start that waited. What is printed so far still belongs to the terminal.
fn complete(launcher: Launcher) {
    let Launcher { mut socket, change, supervisor } = launcher;
    let _ = io::stdout().flush();
    sys::flush_c_streams();
    let answer = match change.apply() {
        Ok(()) => Report::Ready,
        Err(reason) => Report::Failed(Failure(Step::ReplaceStreams, reason)),
    };
    let is_told = answer.send(&socket).is_ok() && matches!(answer, Report::Ready);
    if !is_told || socket.read_exact(&mut [0]).is_err() {
        pid_file::remove_kept();
        // A failure of the system's, and not of the body's.
        sys::exit_now(71);
    }
    if let Some(mut supervisor) = supervisor {
        // One that is gone takes this process along.
        let _ = supervisor.write_all(&[1]);
    }
}

/// The body may run, and takes its time. The session leader watches over it meanwhile, and the
/// launcher over the session leader: without it nobody would notice the body's end, so that the
/// body goes too.
fn wait(mut daemon: &UnixStream, session_leader: Pid, lifeline: &PipeReader) -> Option<Report> {
    let mut report = Report::receive_while(daemon, lifeline);
    if let Some(Report::Recorded) = report {
        report =
            daemon.write_all(&[COMMIT]).ok().and_then(|()| Report::receive_while(daemon, lifeline));
    }
    match report {
        Some(Report::Ready) => {
            let _ = kill(session_leader, Signal::SIGKILL);
            let _ = sys::wait(session_leader);
        }
        Some(_) => {}
        // Its number is still its own, and so is its process group's, since it was not waited for.
        None => drop(killpg(session_leader, Signal::SIGKILL)),
    }
    report
}

/// The session leader's second task: it is the daemon's parent, so that it alone learns how the
/// daemon ends, and it notices when the launcher is gone, whatever the body is doing. Ends with the
/// launcher's word that all is well.
fn watch(daemon: Pid, launcher: &UnixStream, pid_file: Option<&PidFile>) -> ! {
    let mut child_signal = SigSet::empty();
    child_signal.add(Signal::SIGCHLD);
    let _ = sigprocmask(SigmaskHow::SIG_BLOCK, Some(&child_signal), None);
    sys::interrupt_on(Signal::SIGCHLD);
    // When the launcher cannot be told, nobody lets the body run.
    let mut is_over = Report::Recorded.send(launcher).is_err();
    while !is_over {
        match sys::has_ended(daemon) {
            Ok(None) => {
                let events = sys::wait_for_event(launcher, PollFlags::empty());
                if events.intersects(PollFlags::POLLHUP | PollFlags::POLLERR) {
                    abandon(daemon, pid_file);
                    is_over = true;
                }
            }
            Ok(Some(end)) => {
                let _ = Report::of(end).send(launcher);
                is_over = true;
            }
            Err(_) => is_over = true,
        }
    }
    // Whatever the body has started goes along, and this process with it.
    let _ = killpg(getpid(), Signal::SIGKILL);
    sys::exit_now(1)
}

/// Takes the unfinished daemon along, with its PID file: nobody was told.
fn abandon(daemon: Pid, pid_file: Option<&PidFile>) {
    let _ = kill(daemon, Signal::SIGKILL);
    let _ = sys::wait(daemon);
    if let Some(pid_file) = pid_file {
        pid_file.remove();
    }
}
