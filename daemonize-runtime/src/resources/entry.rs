//! A file by its name in a directory.

use std::ffi::{CString, OsStr};
use std::fs::File;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use crate::sys::{self, DIRECTORY, Errno, FileStatus, Identity, WORKING_DIRECTORY, errno_of};

/// A name in an open directory, which nobody can exchange, or a path from the working directory.
#[derive(Debug)]
pub(crate) struct Entry {
    directory: Option<OwnedFd>,
    name: CString,
}

impl Entry {
    pub(crate) fn of_path(path: &Path) -> sys::Answer<Self> {
        Ok(Self { directory: None, name: sys::c_string(path)? })
    }

    #[inline]
    pub(crate) fn in_directory(directory: OwnedFd, name: &[u8]) -> sys::Answer<Self> {
        Ok(Self { directory: Some(directory), name: sys::c_string(OsStr::from_bytes(name))? })
    }

    /// The file at a path, in its directory. Whoever exchanges a part of the way later cannot make
    /// it another file.
    #[inline]
    pub(crate) fn in_directory_of(path: &Path) -> sys::Answer<Self> {
        let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else {
            return Err(Errno::EISDIR);
        };
        let parent = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
        let parent = sys::c_string(parent)?;
        let directory = sys::open_at(WORKING_DIRECTORY, &parent, libc::O_DIRECTORY, 0)?;
        Self::in_directory(directory, name.as_bytes())
    }

    /// The file beside this one that has the same name with something behind it.
    #[inline]
    pub(crate) fn beside(&self, behind: &str) -> sys::Answer<Self> {
        let directory =
            self.directory.as_ref().map(OwnedFd::try_clone).transpose().map_err(errno_of)?;
        let name = [self.name.to_bytes(), behind.as_bytes()].concat();
        Ok(Self { directory, name: sys::c_string(OsStr::from_bytes(&name))? })
    }

    /// Whether it keeps a directory open.
    pub(crate) fn is_in_directory(&self) -> bool {
        self.directory.is_some()
    }

    fn directory(&self) -> BorrowedFd<'_> {
        self.directory.as_ref().map_or(WORKING_DIRECTORY, AsFd::as_fd)
    }

    /// Opens the file, close-on-exec.
    pub(crate) fn open(&self, flags: i32, mode: u32) -> sys::Answer<File> {
        sys::open_at(self.directory(), &self.name, flags, mode).map(File::from)
    }

    #[inline]
    pub(crate) fn make_directory(&self, mode: u32) -> sys::Answer<()> {
        sys::make_directory_at(self.directory(), &self.name, mode)
    }

    #[inline]
    pub(crate) fn open_directory(&self) -> sys::Answer<OwnedFd> {
        sys::open_at(self.directory(), &self.name, DIRECTORY, 0)
    }

    /// What stands here, be it a symbolic link.
    pub(crate) fn status(&self) -> sys::Answer<FileStatus> {
        sys::status_at(self.directory(), &self.name)
    }

    /// Whether this file stands here.
    #[inline]
    pub(crate) fn leads_to(&self, identity: Identity) -> bool {
        self.status().is_ok_and(|there| there.identity == identity)
    }

    pub(crate) fn remove(&self) -> sys::Answer<()> {
        sys::remove_at(self.directory(), &self.name, false)
    }

    #[inline]
    pub(crate) fn remove_directory(&self) -> sys::Answer<()> {
        sys::remove_at(self.directory(), &self.name, true)
    }

    /// Removes the file, if it is still this one.
    #[inline(never)]
    pub(crate) fn remove_if(&self, identity: Identity) {
        if self.leads_to(identity) {
            // What cannot be removed stays as a stale file, which hinders nobody.
            let _ = self.remove();
        }
    }
}
