//! The new root directory: checked in the launcher, entered in the session leader.

use std::env::set_current_dir;
use std::os::fd::RawFd;
use std::os::unix::fs::chroot;
use std::path::{Path, PathBuf, absolute};

use crate::error::{At, Error, Kind, Step};
use crate::resources::descriptors;
use crate::sys::proc::ProcSelf;
use crate::sys::{self, Errno, Identity, errno_of, identity_of, retry_interrupted};

/// A directory that is there.
#[derive(Debug)]
pub(crate) struct Root {
    pub(crate) path: PathBuf,
    identity: Identity,
}

impl Root {
    /// Refuses early what would fail later: a missing directory, a user who may not, and a way out.
    #[inline]
    pub(crate) fn find(
        path: &Path,
        streams_stay: bool,
        closed_later: &[RawFd],
        proc_self: &ProcSelf,
    ) -> Result<Self, Error> {
        let metadata = sys::metadata(path).at_path(Step::ChangeRoot, path)?;
        if !metadata.is_dir() {
            return Err(Errno::ENOTDIR).at_path(Step::ChangeRoot, path);
        }
        if sys::effective_user() != 0 {
            return Err(Kind::NotRoot("change the root directory").into());
        }
        let first = if streams_stay { 0 } else { 3 };
        let is_way_out = |descriptor: &RawFd| {
            // What cannot be looked at may be one.
            !closed_later.contains(descriptor)
                && sys::status_of_number(*descriptor).map_or(true, |it| it.is_directory())
        };
        let open = descriptors::all_open_from(first, proc_self);
        if let Some(descriptor) = open.into_iter().find(is_way_out) {
            return Err(Kind::OpenDirectory(descriptor).into());
        }
        Ok(Self { path: path.to_owned(), identity: identity_of(&metadata) })
    }

    /// Verified, since a filter can make a system call succeed without effect. The working
    /// directory goes along: one that stays outside is a way out.
    #[inline]
    pub(crate) fn enter(&self) -> sys::Answer<()> {
        retry_interrupted(|| chroot(&self.path).map_err(errno_of))?;
        retry_interrupted(|| set_current_dir("/").map_err(errno_of))?;
        let is_inside = |path: &str| {
            sys::metadata(path.as_ref()).is_ok_and(|there| identity_of(&there) == self.identity)
        };
        if is_inside("/") && is_inside(".") { Ok(()) } else { Err(Errno::EPERM) }
    }
}

/// What a path is called inside of a new root; `None` outside of it.
#[inline]
pub(crate) fn inside(root: &Path, path: &Path) -> Result<Option<PathBuf>, Error> {
    let absolute = |path| absolute(path).at(Step::FindStartDirectory);
    let path = absolute(path)?;
    Ok(path.strip_prefix(absolute(root)?).ok().map(|inside| Path::new("/").join(inside)))
}
