//! A running daemon, which ends with its test.
//!
//! A daemon is an orphan. The test process adopts it, can then wait for it, and learns how it
//! ended. Its PID is not reused until the test has reaped it, so signalling a recorded PID is safe.

use std::mem;
use std::path::Path;
use std::sync::Once;

use nix::fcntl::OFlag;
use nix::sys::prctl::set_child_subreaper;
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};

use crate::process::{Process, Stat};
use crate::wait;

/// Makes the test process the parent of every orphan that its bots leave from now on. Calling it
/// again does nothing.
pub fn adopt_orphans() {
    static ADOPTED: Once = Once::new();
    ADOPTED.call_once(|| set_child_subreaper(true).expect("the kernel has subreapers"));
}

/// A daemon that the test process has adopted. Dropping it kills and reaps it.
#[derive(Debug)]
pub struct Daemon {
    /// The process, for what the kernel says about it.
    pub process: Process,
}

impl Daemon {
    /// The daemon that a PID file names.
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

    /// The daemon's PID.
    #[must_use]
    pub fn pid(&self) -> i32 {
        self.process.0.as_raw()
    }

    /// The fields of `/proc/PID/stat`.
    #[must_use]
    pub fn stat(&self) -> Stat {
        self.process.stat().expect("the daemon has not been reaped")
    }

    /// Sends a signal.
    pub fn signal(&self, signal: Signal) {
        kill(self.process.0, signal).expect("the daemon has not been reaped");
    }

    /// Expects exactly four open descriptors: the standard streams, and a close-on-exec descriptor
    /// on the PID file.
    #[track_caller]
    pub fn assert_has_only_streams_and(&self, pid_file: &Path) {
        let descriptors = self.process.descriptors();
        assert_eq!(descriptors.len(), 4, "{descriptors:?}");
        assert!((0..=2).all(|number| descriptors.contains_key(&number)), "{descriptors:?}");
        let (&number, lock) = descriptors.last_key_value().expect("four descriptors");
        assert!(self.process.has_open(number, pid_file), "{descriptors:?}");
        assert!(lock.flags.contains(OFlag::O_CLOEXEC), "{lock:?}");
    }

    /// Waits until the daemon has ended by itself, and returns how it ended.
    #[must_use]
    #[track_caller]
    pub fn end(self) -> WaitStatus {
        let end = self.reap();
        mem::forget(self);
        end
    }

    /// Expects the daemon to end by itself, with this exit code.
    #[track_caller]
    pub fn assert_exits(self, code: i32) {
        let pid = self.process.0;
        assert_eq!(self.end(), WaitStatus::Exited(pid, code));
    }

    /// Kills the daemon with SIGKILL.
    pub fn kill(self) {
        drop(self);
    }

    #[track_caller]
    fn reap(&self) -> WaitStatus {
        wait::for_some("the daemon to end", || {
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
