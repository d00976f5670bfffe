//! A running daemon, ended when the test is done with it.
//!
//! A daemon is an orphan by nature. As a child of the test process it can be awaited and its end be
//! read, and its PID is not given to another process before it has been reaped: a recorded PID is
//! safe to signal.

use std::mem;
use std::path::Path;
use std::sync::Once;

use nix::fcntl::OFlag;
use nix::sys::prctl::set_child_subreaper;
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};

use crate::process::{Process, Stat};
use crate::wait;

/// Makes the test process the parent of every orphan that its bots leave from now on; calling it
/// again does nothing.
pub fn adopt_orphans() {
    static ADOPTED: Once = Once::new();
    ADOPTED.call_once(|| set_child_subreaper(true).expect("the kernel has subreapers"));
}

/// A daemon that the test process has adopted. Dropped, it is killed and reaped.
#[derive(Debug)]
pub struct Daemon {
    /// What the kernel says about it.
    pub process: Process,
}

impl Daemon {
    /// The daemon that a complete PID file names.
    #[must_use]
    #[track_caller]
    pub fn recorded_in(pid_file: &Path) -> Self {
        Self::adopted(Process::recorded_in(pid_file))
    }

    /// The daemon that this process is.
    #[must_use]
    #[track_caller]
    pub fn adopted(process: Process) -> Self {
        assert!(process.is_alive(), "{process:?} is not alive");
        Self { process }
    }

    /// The number that the PID file holds.
    #[must_use]
    pub fn pid(&self) -> i32 {
        self.process.0.as_raw()
    }

    /// Where the daemon belongs.
    #[must_use]
    pub fn stat(&self) -> Stat {
        self.process.stat().expect("the daemon was not reaped yet")
    }

    /// Sends a signal.
    pub fn signal(&self, signal: Signal) {
        kill(self.process.0, signal).expect("the daemon was not reaped yet");
    }

    /// Expects the standard streams to be open, one descriptor on the PID file, which children do
    /// not get, and nothing else.
    #[track_caller]
    pub fn assert_has_only_streams_and(&self, pid_file: &Path) {
        let descriptors = self.process.descriptors();
        assert_eq!(descriptors.len(), 4, "{descriptors:?}");
        assert!((0..=2).all(|number| descriptors.contains_key(&number)), "{descriptors:?}");
        let (&number, lock) = descriptors.last_key_value().expect("four descriptors");
        assert!(self.process.has_open(number, pid_file), "{descriptors:?}");
        assert!(lock.flags.contains(OFlag::O_CLOEXEC), "{lock:?}");
    }

    /// Waits until the daemon has ended by itself, and tells how.
    #[must_use]
    #[track_caller]
    pub fn end(self) -> WaitStatus {
        let end = self.reap();
        mem::forget(self);
        end
    }

    /// Kills the daemon with SIGKILL, which no program can prepare for.
    pub fn kill(self) {
        drop(self);
    }

    #[track_caller]
    fn reap(&self) -> WaitStatus {
        wait::for_some("the daemon's end", || {
            match waitpid(self.process.0, Some(WaitPidFlag::WNOHANG))
                .expect("the daemon is a child of the test")
            {
                WaitStatus::StillAlive => None,
                end => Some(end),
            }
        })
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        self.signal(Signal::SIGKILL);
        self.reap();
    }
}
