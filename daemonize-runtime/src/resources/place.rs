//! The place of a file that a daemon makes and removes.

use std::path::{Path, PathBuf};

use crate::resources::entry::Entry;
use crate::sys;

/// How a file is found by its absolute path.
pub(crate) type Reach = fn(&Path) -> sys::Answer<Entry>;

/// Where a file is, and which one it is.
#[derive(Debug)]
pub(super) struct Place {
    /// Where it was opened, if that was in a directory of its own.
    pub(super) entry: Option<Entry>,
    /// Absolute, since the daemon is elsewhere.
    pub(super) path: PathBuf,
    pub(super) reach: Reach,
    /// To whom a new file is given.
    pub(super) receiver: Option<(u32, u32)>,
    pub(super) identity: (u64, u64),
}

impl Place {
    /// The file beside this one that has the same name with something behind it.
    #[inline]
    pub(super) fn beside(&self, behind: &str) -> sys::Answer<Self> {
        let mut path = self.path.clone().into_os_string();
        path.push(behind);
        let entry = self.entry.as_ref().map(|entry| entry.beside(behind)).transpose()?;
        Ok(Self { entry, path: path.into(), identity: (0, 0), ..*self })
    }

    /// Closes the directory in which the file was opened. From then on it is found by its path.
    pub(super) fn leave_directory(&mut self) {
        self.entry = None;
    }

    /// Does something with the file.
    pub(super) fn with<T>(&self, task: impl FnOnce(&Entry) -> sys::Answer<T>) -> sys::Answer<T> {
        match &self.entry {
            Some(entry) => task(entry),
            None => task(&(self.reach)(&self.path)?),
        }
    }

    /// Removes the file, if it is still this one. The lock is held meanwhile, so that nobody can
    /// have taken it over.
    pub(super) fn remove(&self) {
        let _ = self.with(|entry| {
            entry.remove_if(self.identity);
            Ok(())
        });
    }
}
