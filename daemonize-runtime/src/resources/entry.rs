//! A file by its name in a directory.

use std::ffi::CString;
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use nix::errno::Errno;
use nix::fcntl::{AT_FDCWD, OFlag, openat};
use nix::sys::stat::{Mode, mkdirat};
use nix::unistd::{UnlinkatFlags, unlinkat};

use crate::sys::{self, FileStatus, retry_interrupted};

/// A name in an open directory, which nobody can exchange, or a path from the working directory.
#[derive(Debug)]
pub(crate) struct Entry {
    directory: Option<OwnedFd>,
    name: CString,
}

impl Entry {
    pub(crate) fn of_path(path: &Path) -> io::Result<Self> {
        Ok(Self { directory: None, name: CString::new(path.as_os_str().as_bytes())? })
    }

    pub(crate) fn in_directory(directory: OwnedFd, name: &[u8]) -> io::Result<Self> {
        Ok(Self { directory: Some(directory), name: CString::new(name)? })
    }

    /// The file at a path, in its directory, so that who can exchange a part of the way can no
    /// longer have another file meant.
    pub(crate) fn in_directory_of(path: &Path) -> io::Result<Self> {
        let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else {
            return Err(Errno::EISDIR.into());
        };
        let parent = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
        let flags = OFlag::O_DIRECTORY | OFlag::O_CLOEXEC;
        let directory = retry_interrupted(|| openat(AT_FDCWD, parent, flags, Mode::empty()))?;
        Self::in_directory(directory, name.as_bytes())
    }

    /// The file beside this one that has the same name with something behind it.
    pub(crate) fn beside(&self, behind: &str) -> io::Result<Self> {
        let directory = self.directory.as_ref().map(OwnedFd::try_clone).transpose()?;
        let name = [self.name.to_bytes(), behind.as_bytes()].concat();
        Ok(Self { directory, name: CString::new(name)? })
    }

    /// Whether it keeps a directory open.
    pub(crate) fn is_in_directory(&self) -> bool {
        self.directory.is_some()
    }

    fn directory(&self) -> BorrowedFd<'_> {
        self.directory.as_ref().map_or(AT_FDCWD, AsFd::as_fd)
    }

    /// Opens the file, close-on-exec.
    pub(crate) fn open(&self, flags: OFlag, mode: Mode) -> nix::Result<File> {
        let flags = flags | OFlag::O_CLOEXEC | sys::LARGE_FILE;
        let opened = retry_interrupted(|| openat(self.directory(), &*self.name, flags, mode));
        opened.map(File::from)
    }

    /// Makes a directory, and opens it.
    pub(crate) fn make_directory(&self, mode: Mode) -> nix::Result<OwnedFd> {
        retry_interrupted(|| mkdirat(self.directory(), &*self.name, mode))?;
        let flags = OFlag::O_DIRECTORY | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
        retry_interrupted(|| openat(self.directory(), &*self.name, flags, Mode::empty()))
    }

    /// What stands here, be it a symbolic link.
    pub(crate) fn status(&self) -> nix::Result<FileStatus> {
        retry_interrupted(|| sys::status_at(self.directory(), &self.name))
    }

    pub(crate) fn remove(&self) -> nix::Result<()> {
        unlinkat(self.directory(), &*self.name, UnlinkatFlags::NoRemoveDir)
    }

    pub(crate) fn remove_directory(&self) -> nix::Result<()> {
        unlinkat(self.directory(), &*self.name, UnlinkatFlags::RemoveDir)
    }

    /// Removes the file, if it is still this one.
    pub(crate) fn remove_if(&self, identity: (u64, u64)) {
        if self.status().is_ok_and(|there| there.identity == identity) {
            // What cannot be removed stays as a stale file, which hinders nobody.
            let _ = self.remove();
        }
    }
}
