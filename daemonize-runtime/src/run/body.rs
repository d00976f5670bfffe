//! A body under a supervisor: the process in which the code of `main` runs, and the process group
//! that it leads from its first instruction on. When it ends, the rest of the group is killed. A
//! process that has left the group by setsid(2) lives on.

use std::cell::Cell;
use std::time::Duration;

use crate::options::KERNEL_PATIENCE;
use crate::sys::{
    self, Deadline, End, ForkResult, OnlyThread, Pid, Signal, SignalSet, getppid, setpgid,
};

/// Between two looks at a group that was killed.
const PAUSE: Duration = Duration::from_millis(10);

/// Stands for an end that nobody knows: a failure of the system's.
const UNKNOWN: End = End::Exited(71);

/// A body, alive or not.
#[derive(Debug)]
pub(crate) struct Body {
    process: Pid,
    end: Cell<Option<End>>,
}

impl Body {
    /// Forks one off the supervisor, which this process is. `None` in the body.
    #[inline]
    pub(crate) fn fork(supervisor: Pid, only_thread: &OnlyThread) -> sys::Answer<Option<Self>> {
        // In both processes, since either may be the first to need the group; and not later in the
        // supervisor, to which it is refused once the body has executed another program.
        match sys::fork(only_thread)? {
            ForkResult::Parent { child } => {
                let _ = sys::persist(|| setpgid(child, child));
                Ok(Some(Self { process: child, end: Cell::new(None) }))
            }
            ForkResult::Child => {
                let own = Pid::from_raw(0);
                let _ = sys::persist(|| setpgid(own, own));
                sys::die_with_parent();
                if getppid() != supervisor {
                    sys::exit_now(1);
                }
                Ok(None)
            }
        }
    }

    #[inline]
    pub(crate) fn pid(&self) -> i32 {
        self.process.as_raw()
    }

    /// How it has ended, if it has. Then its group has ended, too.
    #[inline]
    pub(crate) fn end(&self) -> Option<End> {
        if self.end.get().is_none() {
            // If the kernel does not know it, it has ended.
            let end = sys::end_with_group(self.process).unwrap_or(Some(UNKNOWN));
            sys::reap_orphans(Some(self.process));
            if end.is_some() {
                self.await_group();
                self.end.set(end);
            }
        }
        self.end.get()
    }

    /// Hands a signal on to the body alone.
    #[inline]
    pub(crate) fn pass_on(&self, signal: Signal) {
        if self.end().is_none() {
            let _ = sys::persist(|| sys::kill(self.process, signal));
        }
    }

    /// Asks the body and its group to end. A stopped body is continued: it could not end otherwise.
    #[inline]
    pub(crate) fn ask(&self, signal: Signal) {
        self.signal(signal);
        self.signal(Signal::SIGCONT);
    }

    /// Kills the body and its group, and waits for the end.
    #[inline]
    pub(crate) fn kill(&self) {
        self.signal(Signal::SIGKILL);
        let deadline = Deadline::after(KERNEL_PATIENCE);
        while self.end().is_none() && !deadline.has_passed() {
            await_child(deadline.left());
        }
    }

    #[inline]
    fn signal(&self, signal: Signal) {
        if self.end().is_none() {
            let _ = sys::signal_group(self.process, signal);
        }
    }

    /// Waits for those that were killed with the body, so that neither a port nor a lock of theirs
    /// hinders the next one.
    #[inline]
    fn await_group(&self) {
        let deadline = Deadline::after(KERNEL_PATIENCE);
        while sys::is_group_left(self.process) && !deadline.has_passed() {
            await_child(deadline.left().min(PAUSE));
        }
    }
}

/// Waits for the end of a child. Whatever else is said meanwhile is heard later.
#[inline]
fn await_child(limit: Duration) {
    let children = SignalSet::of(&[Signal::SIGCHLD]);
    sys::wait_for_signal(&children, Some(limit));
}
