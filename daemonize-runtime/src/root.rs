//! The new root directory: checked in the launcher, entered in the session leader.

use std::fs;
use std::os::fd::RawFd;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::unistd::{chdir, chroot, geteuid};

use crate::error::{At, Error, Kind, Step};
use crate::{descriptors, sys};

/// A directory that is there.
#[derive(Debug)]
pub(crate) struct Root {
    pub(crate) path: PathBuf,
    identity: (u64, u64),
}

impl Root {
    /// Refuses early what would fail later: a missing directory, a user who may not, and a way out.
    pub(crate) fn find(path: &Path, streams_stay: bool, closed_later: &[RawFd]) -> Result<Self, Error> {
        let step = || Step::ChangeRoot(path.to_owned());
        let metadata = fs::metadata(path).at(step)?;
        if !metadata.is_dir() {
            return Err(Errno::ENOTDIR).at(step);
        }
        if !geteuid().is_root() {
            return Err(Kind::NotRoot("change the root directory").into());
        }
        let first = if streams_stay { 0 } else { 3 };
        let kept = descriptors::open_from(first).into_iter().filter(|descriptor| !closed_later.contains(descriptor));
        if let Some(descriptor) = kept.into_iter().find(|&descriptor| sys::is_directory(descriptor)) {
            return Err(Kind::OpenDirectory(descriptor).into());
        }
        Ok(Self { path: path.to_owned(), identity: (metadata.dev(), metadata.ino()) })
    }

    /// Verified, since a filter can make a system call succeed without effect. The working directory goes along:
    /// one that stays outside is a way out.
    pub(crate) fn enter(&self) -> nix::Result<()> {
        chroot(&self.path)?;
        chdir("/")?;
        let is_inside = |path| fs::metadata(path).is_ok_and(|there| (there.dev(), there.ino()) == self.identity);
        if is_inside("/") && is_inside(".") { Ok(()) } else { Err(Errno::EPERM) }
    }
}
