//! Who opens the files of a daemon that becomes another user. Root does if nobody else can have
//! changed the path to them. Otherwise that user does, after the drop and with its own rights.

use std::ffi::CStr;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf, absolute};

use crate::error::{At, Error, Kind, Step};
use crate::resources::entry::Entry;
use crate::resources::made::{DIRECTORY_MODE, Made};
use crate::resources::pid_file::PidFile;
use crate::resources::pid_lock::{Wanted, open_keeper};
use crate::resources::privileges::Privileges;
use crate::resources::root::inside;
use crate::resources::stream_file::{HAS_OTHER_NAME, LOG_MODE, Purpose, StreamFile};
use crate::resources::trust::{self, Trust};
use crate::resources::users_files::{OpenAnew, open_anew, sole};
use crate::sys::{self, Errno, FileStatus, errno_of};

const CAN_BE_EXCHANGED: &str = "others can write in its directory";
const IS_A_THIRD_USERS: &str = "it belongs to a third user";
const IS_OUTSIDE: &str =
    "others can change the path to it, and it is outside `chroot`, so that user cannot open it";

/// A file that is open, or left to the daemon's user, by this path.
#[derive(Debug)]
pub(crate) enum Opened<T> {
    Now(T),
    Later(PathBuf),
}

/// Opens files for another user.
pub(crate) trait Opener {
    /// Makes the directories that are missing on the way to a file, as far as that is root's
    /// business.
    fn make_parents(&self, name: &Path, is_log: bool, made: &mut Made) -> Result<(), Error>;
    fn stream(
        &self,
        name: &Path,
        purpose: Purpose,
        made: &mut Made,
    ) -> Result<Opened<StreamFile>, Error>;
    fn pid_file(&self, name: &Path) -> Result<Opened<PidFile>, Error>;
    /// How the daemon opens a log of this absolute path anew.
    fn rotation(&self, log: &Path) -> Result<OpenAnew, Error>;
}

/// Opens files as root for whoever the daemon becomes.
struct RootForUser<'a> {
    privileges: &'a Privileges,
    new_root: Option<&'a Path>,
}

/// The opener of a daemon that has these privileges, below this root directory.
#[inline]
pub(crate) fn for_user<'a>(
    privileges: &'a Privileges,
    new_root: Option<&'a Path>,
) -> Box<dyn Opener + 'a> {
    Box::new(RootForUser { privileges, new_root })
}

/// Where root may open a file.
struct Place {
    entry: Entry,
    /// Whose it must be there, because a group can rename other files in the directory.
    owner: Option<u32>,
}

impl Opener for RootForUser<'_> {
    #[inline]
    fn make_parents(&self, name: &Path, is_log: bool, made: &mut Made) -> Result<(), Error> {
        let new = make_missing(name, made).at_path(Step::MakeDirectory, name)?;
        if is_log {
            for directory in new.iter().rev() {
                self.give_away(directory).at_path(Step::MakeDirectory, name)?;
            }
        }
        Ok(())
    }

    #[inline]
    fn stream(
        &self,
        name: &Path,
        purpose: Purpose,
        made: &mut Made,
    ) -> Result<Opened<StreamFile>, Error> {
        let Some(place) = self.find(name, purpose.step())? else { return self.leave(name) };
        if place.is_taken() {
            return self.leave(name);
        }
        if purpose == Purpose::Log {
            match StreamFile::make(&place.entry) {
                Ok(file) => {
                    let file = StreamFile::of(file, name, purpose)?;
                    made.note_log(place.entry, file.identity());
                    self.give_away(&file.file).at_path(Step::OpenLog, name)?;
                    return Ok(Opened::Now(file));
                }
                Err(Errno::EEXIST) => {}
                Err(reason) => return Err(reason).at_path(Step::OpenLog, name),
            }
        }
        let file = StreamFile::open(&place.entry, name, purpose, libc::O_NOFOLLOW)?;
        match place.owner {
            Some(owner) if !is_own(&file.status, owner) => self.leave(name),
            Some(_) => Ok(Opened::Now(file)),
            None => self.check(name, &file.status).map(|()| Opened::Now(file)),
        }
    }

    #[inline]
    fn pid_file(&self, name: &Path) -> Result<Opened<PidFile>, Error> {
        let Some(place) = self.find(name, Step::OpenPidFile)? else { return self.leave(name) };
        if place.is_taken() {
            return self.leave(name);
        }
        let goes_away = self.privileges.other_user().is_some();
        let wanted = Wanted {
            name,
            entry: place.entry,
            path: None,
            owner: place.owner,
            receiver: place.owner.map(|owner| (owner, self.privileges.group)),
            open_keeper: Some(open_keeper),
            reach: if goes_away { Entry::of_path } else { reach_as_root },
        };
        PidFile::acquire(wanted).map(Opened::Now)
    }

    #[inline]
    fn rotation(&self, log: &Path) -> Result<OpenAnew, Error> {
        if self.privileges.other_user().is_some() {
            return Ok(open_anew);
        }
        // Better refused now than lost at the first rotation.
        self.find(log, Step::OpenLog).map(|_| open_anew_as_root as OpenAnew)
    }
}

impl RootForUser<'_> {
    /// Finds the directory in which root may open a file. `None` where that is the user's business.
    #[inline]
    fn find(&self, name: &Path, step: Step) -> Result<Option<Place>, Error> {
        let user = self.privileges.other_user();
        let path = name.as_os_str().as_bytes();
        let (directory, file_name) = trust::split(path).at_path(step, name)?;
        let in_directory =
            |directory| Entry::in_directory(directory, file_name).at_path(step, name);
        let refuse = |why| Err(Kind::Untrusted(name.to_owned(), why).into());
        match (trust::follow(directory), user) {
            (Ok(Trust::Roots(directory)), _) => {
                Ok(Some(Place { entry: in_directory(directory)?, owner: None }))
            }
            (Ok(Trust::Groups(directory)), Some(_)) => {
                Ok(Some(Place { entry: in_directory(directory)?, owner: user }))
            }
            // Root is nobody on some file systems.
            (Ok(Trust::Nobodys(_)) | Err(Errno::EACCES | Errno::EPERM), Some(_)) => Ok(None),
            (Ok(Trust::Groups(_)), None) => refuse(CAN_BE_EXCHANGED),
            (Ok(Trust::Nobodys(why)), None) => refuse(why),
            (Err(reason), _) => Err(reason).at_path(step, name),
        }
    }

    /// Leaves a file to the user, who opens it below the new root if there is one.
    fn leave<T>(&self, name: &Path) -> Result<Opened<T>, Error> {
        let path = match self.new_root {
            None => Some(name.to_owned()),
            Some(root) => inside(root, name)?,
        };
        let refusal = || Kind::Untrusted(name.to_owned(), IS_OUTSIDE).into();
        path.map(Opened::Later).ok_or_else(refusal)
    }

    /// Gives a file that root has made to the daemon's user.
    #[inline]
    fn give_away(&self, file: &impl AsFd) -> sys::Answer<()> {
        sys::change_owner(file, self.privileges.user, Some(self.privileges.group))
    }

    /// Refuses what root has not put in its directory for this daemon.
    #[inline]
    fn check(&self, name: &Path, status: &FileStatus) -> Result<(), Error> {
        let refuse = |why| Err(Kind::Untrusted(name.to_owned(), why).into());
        let user = self.privileges.user.unwrap_or_else(sys::effective_user);
        if status.names > 1 {
            refuse(HAS_OTHER_NAME)
        } else if ![0, user].contains(&status.owner) {
            refuse(IS_A_THIRD_USERS)
        } else {
            Ok(())
        }
    }
}

impl Place {
    /// Whether something else than a file of the right owner is there. Errors are for who opens it.
    #[inline]
    fn is_taken(&self) -> bool {
        self.owner
            .is_some_and(|owner| self.entry.status().is_ok_and(|there| !is_own(&there, owner)))
    }
}

/// Whether a file is this user's alone.
#[inline]
fn is_own(status: &FileStatus, user: u32) -> bool {
    status.is_regular() && status.names == 1 && status.owner == user
}

/// Finds a file as a root that stays root, for the sake of others.
#[inline]
fn reach_as_root(path: &Path) -> sys::Answer<Entry> {
    let (directory, name) = trust::split(path.as_os_str().as_bytes())?;
    match trust::follow(directory)? {
        Trust::Roots(directory) => Entry::in_directory(directory, name),
        Trust::Groups(_) | Trust::Nobodys(_) => Err(Errno::EACCES),
    }
}

/// Opens a log anew as a root that stays root, for the sake of others.
#[inline]
fn open_anew_as_root(path: &CStr, flags: i32) -> Result<OwnedFd, &'static str> {
    let (directory, _) = trust::split(path.to_bytes()).map_err(Errno::desc)?;
    let name = &path[directory.len()..];
    match trust::follow(directory).map_err(Errno::desc)? {
        Trust::Roots(directory) => {
            sole(sys::open_at(directory.as_fd(), name, flags | libc::O_NOFOLLOW, LOG_MODE))
        }
        Trust::Groups(_) => Err(CAN_BE_EXCHANGED),
        Trust::Nobodys(why) => Err(why),
    }
}

/// Makes the directories that are missing on the way to a file, as long as the way is root's alone,
/// and returns them. What is made here is root's until the caller says otherwise.
#[inline]
fn make_missing(name: &Path, made: &mut Made) -> sys::Answer<Vec<OwnedFd>> {
    let mut new = Vec::new();
    let directories: Vec<&Path> = name.ancestors().skip(1).collect();
    for directory in directories.into_iter().rev() {
        let path = directory.as_os_str().as_bytes();
        match trust::follow(path) {
            Ok(Trust::Roots(_)) => continue,
            Err(Errno::ENOENT) => {}
            // Who opens the file says what is wrong, or makes the rest.
            _ => break,
        }
        let (parent, own_name) = trust::split(path)?;
        let Trust::Roots(parent) = trust::follow(parent)? else { break };
        let entry = Entry::in_directory(parent, own_name)?;
        let absolute = absolute(directory).map_err(errno_of)?;
        entry.make_directory(DIRECTORY_MODE)?;
        let opened = entry.open_directory();
        made.note_directory(&absolute, entry);
        new.push(opened?);
    }
    Ok(new)
}
