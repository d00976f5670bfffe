//! PID 1 of a container. The kernel makes it the parent of every orphan, and protects it from
//! signals that it does not handle, its own included. So the first process stays as an init that
//! runs no user code, and the body is its child, an ordinary process.

use std::os::fd::{AsFd, AsRawFd};
use std::os::unix::net::UnixDatagram;

use crate::resources::pid_file::HeldPidFile;
use crate::run::notify::Manager;
use crate::run::started::Duties;
use crate::run::variables::{LISTEN_PID, WATCHDOG_PID, take_over};
use crate::sys::{
    self, Arrival, End, ForkResult, OnlyThread, Pid, Signal, SignalQueue, SignalSet, errno_of,
    getppid,
};

/// Longer than any message that a manager takes.
const LONGEST_MESSAGE: usize = 8192;

/// More than there is room for before the body has to wait.
const MOST_MESSAGES: usize = 1024;

/// Leaves an init behind and returns in its child, where the body is to run. An error leaves one
/// process, with all its duties.
pub(crate) fn leave_behind(duties: &mut Duties, only_thread: &OnlyThread) -> sys::Answer<()> {
    let (init_end, body_end) =
        duties.manager.is_some().then(UnixDatagram::pair).transpose().map_err(errno_of)?.unzip();
    init_end.as_ref().map_or(Ok(()), |end| sys::set_status_flags(end, libc::O_NONBLOCK))?;
    let everything = SignalSet::all();
    // Before the fork, so that no request comes too early.
    let mask = sys::replace_signal_mask(&everything);
    let forked =
        SignalQueue::of(&everything).and_then(|signals| Ok((sys::fork(only_thread)?, signals)));
    if let Ok((ForkResult::Parent { child }, signals)) = forked {
        let relay = init_end.zip(duties.manager.take());
        Init { body: child, signals, relay, pid_file: duties.pid_file.take() }.run();
    }
    sys::set_signal_mask(&mask);
    forked?;
    for variable in [LISTEN_PID, WATCHDOG_PID] {
        take_over(variable, getppid(), only_thread);
    }
    duties.pid_file = None;
    duties.manager = body_end.and_then(Manager::over);
    Ok(())
}

struct Init {
    body: Pid,
    signals: SignalQueue,
    /// The manager believes PID 1 alone, so the body's messages go through here.
    relay: Option<(UnixDatagram, Manager)>,
    pid_file: Option<HeldPidFile>,
}

impl Init {
    fn run(self) -> ! {
        self.close_what_belongs_to_the_body();
        loop {
            self.wait();
            let end = self.pass_signals_on();
            // Afterwards, when the last words of a body that has ended have been said.
            self.pass_messages_on();
            if let Some(end) = end {
                self.end_like(end);
            }
        }
    }

    /// When the body closes something, whoever has the other end must notice.
    fn close_what_belongs_to_the_body(&self) {
        let signals = self.signals.as_fd().as_raw_fd();
        let pid_file = self.pid_file.as_ref().and_then(HeldPidFile::descriptor);
        let (body, manager) = match &self.relay {
            Some((body, manager)) => (body.as_raw_fd(), manager.as_fd().as_raw_fd()),
            None => (signals, signals),
        };
        sys::close_all_but(&[signals, pid_file.unwrap_or(signals), body, manager]);
    }

    fn wait(&self) {
        sys::wait_for_one(self.signals.as_fd(), self.relay.as_ref().map(|(body, _)| body.as_fd()));
    }

    /// The body's end, if it has come.
    fn pass_signals_on(&self) -> Option<End> {
        let mut end = None;
        while let Some(signal) = self.signals.next() {
            if signal.number == Signal::SIGCHLD.number() {
                end = self.reap().or(end);
            } else if is_for_body(signal) && end.is_none() {
                sys::send_signal(self.body, signal.number);
            }
        }
        end
    }

    fn pass_messages_on(&self) {
        if let Some((body, manager)) = &self.relay {
            let mut message = [0; LONGEST_MESSAGE];
            // Not for ever: signals wait meanwhile.
            for _ in 0..MOST_MESSAGES {
                let Ok(length) = sys::receive_datagram(body, &mut message) else { break };
                manager.send(&message[..length]);
            }
        }
    }

    /// Waits for every child that has ended, which are mostly orphans of others; the body's end, if
    /// it was among them.
    fn reap(&self) -> Option<End> {
        let mut end_of_body = None;
        while let Some((child, end)) = sys::next_end() {
            if child == self.body {
                end_of_body = Some(end);
            }
        }
        end_of_body
    }

    /// Takes everything in the container along.
    fn end_like(&self, end: End) -> ! {
        if let Some(pid_file) = &self.pid_file {
            pid_file.remove();
        }
        sys::exit_now(end.code())
    }
}

/// The keys of a terminal reach its whole foreground group, so the body has them already. Its
/// hang-up reaches the session leader alone.
fn is_for_body(signal: Arrival) -> bool {
    signal.is_sent || signal.number == Signal::SIGHUP.number()
}
