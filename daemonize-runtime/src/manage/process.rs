//! One process, exactly: pinned, so that its number cannot come to mean another one meanwhile.

use std::fs;
use std::os::fd::OwnedFd;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::time::Duration;

use nix::errno::Errno;
use nix::sys::signal::Signal;

use crate::resources::pid_file::{Identity, identity};
use crate::sys::{self, Deadline};

/// A process that is alive, or was when it was pinned.
#[derive(Debug)]
pub(crate) struct Process {
    pid: i32,
    /// `None` where the platform has no such handle. Then the number alone has to do.
    handle: Option<OwnedFd>,
}

impl Process {
    /// `None` when there is no such process.
    pub(crate) fn pin(pid: i32) -> Option<Self> {
        match sys::open_process(pid) {
            Ok(handle) => Some(Self { pid, handle: Some(handle) }),
            Err(Errno::ESRCH) => None,
            Err(_) if sys::signal_process(pid, None, None) == Err(Errno::ESRCH) => None,
            Err(_) => Some(Self { pid, handle: None }),
        }
    }

    /// Whether it has the file open and locked, by its table of descriptors. `None` where this user
    /// may not know.
    pub(crate) fn holds(&self, file: Identity) -> Option<bool> {
        if !cfg!(target_os = "linux") {
            // Nothing here can tell, so that the number in the file has to do.
            return Some(true);
        }
        let directory = PathBuf::from(format!("/proc/{}", self.pid));
        for descriptor in fs::read_dir(directory.join("fd")).ok()?.flatten() {
            let is_the_file =
                fs::metadata(descriptor.path()).is_ok_and(|open| identity(&open) == file);
            let details = directory.join("fdinfo").join(descriptor.file_name());
            if is_the_file
                && fs::read_to_string(details).is_ok_and(|details| details.contains("\nlock:"))
            {
                return Some(true);
            }
        }
        Some(false)
    }

    /// Whether a PID file of this owner may name it: root's may name anybody, and everybody else's
    /// only their own.
    pub(crate) fn belongs_to(&self, owner: u32) -> bool {
        let is_its_own = || {
            fs::metadata(format!("/proc/{}", self.pid)).is_ok_and(|process| process.uid() == owner)
        };
        owner == 0 || !cfg!(target_os = "linux") || is_its_own()
    }

    pub(crate) fn signal(&self, signal: Signal) -> nix::Result<()> {
        match sys::signal_process(self.pid, self.handle.as_ref(), Some(signal)) {
            // It has ended meanwhile, which is what every signal here is for.
            Err(Errno::ESRCH) => Ok(()),
            sent => sent,
        }
    }

    /// Waits for its end; says whether it came in time.
    pub(crate) fn wait(&self, patience: Duration) -> bool {
        if let Some(handle) = &self.handle {
            return sys::wait_until_readable(handle, patience);
        }
        let deadline = Deadline::after(patience);
        while sys::signal_process(self.pid, None, None) != Err(Errno::ESRCH) {
            if deadline.has_passed() {
                return false;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        true
    }
}
