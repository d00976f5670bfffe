//! The PID file. Its lock is the truth about whether the daemon runs, the number in it only a hint.
//!
//! It belongs to the open file and so is inherited by the daemon, which holds it for life. It must
//! not be given back by `LOCK_UN`, as some types do on drop: that would release the daemon's lock
//! from the launcher. Closing is harmless.

use std::fs::File;
use std::path::PathBuf;
use std::thread::sleep;
use std::time::Duration;
use std::{env, mem};

use crate::error::{At, Error, Step};
use crate::resources::pid_lock::{Acquired, IS_REPLACED, PATIENCE, PAUSE, Wanted, foreign};
use crate::resources::pid_text::LONGEST;
use crate::resources::place::Place;
use crate::sys::proc::Digits;
use crate::sys::{self, Deadline, Identity, Kept, Pid, errno_of};

/// A PID file that is locked by this process or an ancestor.
#[derive(Debug)]
pub(crate) struct PidFile {
    file: File,
    /// Holds the lock in place of `file`, and can only read.
    keeper: Option<File>,
    /// As the user named it, for messages.
    pub(crate) name: PathBuf,
    pub(super) place: Place,
}

impl PidFile {
    /// Opens, checks and locks the file, and makes it if it is missing.
    pub(crate) fn acquire(mut wanted: Wanted<'_>) -> Result<Self, Error> {
        // Before the file is made: where this fails, nothing is left.
        let path = match wanted.path.take() {
            Some(path) => path,
            None if wanted.name.is_absolute() => wanted.name.to_owned(),
            None => {
                let start = env::current_dir().map_err(errno_of).at(Step::FindStartDirectory)?;
                // Not by `join`, which looks once more whether the name is relative.
                let mut path = start.into_os_string();
                path.push("/");
                path.push(wanted.name);
                path.into()
            }
        };
        let patience_ends = Deadline::after(PATIENCE);
        // The first time nothing needs to be waited for: an old file was removed.
        let mut pause = Duration::ZERO;
        let acquired = loop {
            let is_last_try = patience_ends.has_passed();
            match Acquired::attempt(&wanted, is_last_try)? {
                Some(acquired) => break acquired,
                None if is_last_try => return Err(foreign(wanted.name, IS_REPLACED)),
                None => sleep(mem::replace(&mut pause, PAUSE)),
            }
        };
        let Wanted { name, entry, receiver, reach, .. } = wanted;
        let Acquired { file, keeper, status } = acquired;
        let entry = entry.is_in_directory().then_some(entry);
        let place = Place { entry, path, reach, receiver, identity: status.identity };
        Ok(Self { file, keeper, name: name.to_owned(), place })
    }

    pub(crate) fn identity(&self) -> Identity {
        self.place.identity
    }

    /// Closes the directory in which the file was opened. From then on it is found by its path.
    pub(crate) fn leave_directory(&mut self) {
        self.place.leave_directory();
    }

    /// Writes the PID and a newline into the empty file. The kernel changes the length last: others
    /// read nothing or all of it.
    pub(crate) fn write(&self, pid: Pid) -> sys::Answer<()> {
        let digits = Digits::of(pid.as_raw().unsigned_abs());
        let digits = digits.as_c_str().to_bytes();
        let length = digits.len() + 1;
        let mut text = [b'\n'; LONGEST];
        text[..digits.len()].copy_from_slice(digits);
        sys::write_at_start(&self.file, &text[..length])
    }

    /// Removes the file, for a start that failed.
    pub(crate) fn remove(&self) {
        self.place.remove();
    }

    /// Keeps the lock for life.
    pub(crate) fn hold(self) -> HeldPidFile {
        let lock = Kept::new(self.keeper.unwrap_or(self.file));
        HeldPidFile { place: self.place, lock }
    }
}

/// The PID file of a process that has started.
#[derive(Debug)]
pub(crate) struct HeldPidFile {
    place: Place,
    lock: Kept,
}

impl HeldPidFile {
    /// Closes this process's copy of the lock, which another process goes on holding.
    pub(crate) fn let_go(&self) {
        self.lock.close();
    }

    /// What holds the lock.
    pub(crate) fn descriptor(&self) -> Option<i32> {
        self.lock.number()
    }

    /// Removes the file, for a process that ends.
    pub(crate) fn remove(&self) {
        self.place.remove();
    }
}
