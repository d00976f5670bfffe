//! How a PID file is acquired: opened or made, checked, and locked. If that fails, the reason is
//! for the terminal.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::error::{At, Error, Holder, Kind, Step};
use crate::resources::entry::Entry;
use crate::resources::pid_text::{Text, read};
use crate::resources::place::Reach;
use crate::sys::{self, Errno, FileStatus, Identity};

/// How long another process may hold the lock without a PID in the file: it is starting, or only
/// looking.
pub(crate) const PATIENCE: Duration = Duration::from_secs(2);

/// How long to wait before the next try.
pub(crate) const PAUSE: Duration = Duration::from_millis(2);

pub(crate) const IS_LINK: &str = "it is a symbolic link";
const IS_NO_FILE: &str = "it is not a regular file";
const HAS_OTHER_NAME: &str = "it has more than one hard link";
const BELONGS_TO_OTHERS: &str = "it belongs to another user";
const FOREIGN_TEXT: &str = "it holds something other than a PID";
pub(crate) const IS_REPLACED: &str = "it is replaced again and again";

/// Why a PID file is not ours to write.
pub(crate) const OBJECTIONS: [&str; 6] =
    [IS_LINK, IS_NO_FILE, HAS_OTHER_NAME, BELONGS_TO_OTHERS, FOREIGN_TEXT, IS_REPLACED];

/// A PID file that is to be acquired.
#[derive(Debug)]
pub(crate) struct Wanted<'a> {
    /// As the user named it, for messages.
    pub(crate) name: &'a Path,
    pub(crate) entry: Entry,
    /// Where the daemon finds it; `None` if it has the same name there.
    pub(crate) path: Option<PathBuf>,
    /// To whom it must belong, if it is there; `None` is this process's user.
    pub(crate) owner: Option<u32>,
    /// To whom it is given, if it is made.
    pub(crate) receiver: Option<(u32, u32)>,
    /// How a daemon that gives up its privileges opens what holds its lock.
    pub(crate) open_keeper: Option<OpenKeeper>,
    /// How it is found again.
    pub(crate) reach: Reach,
}

impl<'a> Wanted<'a> {
    /// The file of a daemon that is who it was.
    pub(crate) fn by_its_user(name: &'a Path) -> Result<Self, Error> {
        Ok(Self {
            name,
            entry: Entry::of_path(name).at_path(Step::OpenPidFile, name)?,
            path: None,
            owner: None,
            receiver: None,
            open_keeper: None,
            reach: Entry::of_path,
        })
    }
}

/// A file that is locked, and still in its place.
pub(crate) struct Acquired {
    pub(crate) file: File,
    /// Holds the lock in place of `file`, and can only read.
    pub(crate) keeper: Option<File>,
    pub(crate) status: FileStatus,
}

impl Acquired {
    /// One try. `None` if another one is worth it: the file was just removed, or its lock may soon
    /// be free.
    pub(crate) fn attempt(wanted: &Wanted<'_>, is_last_try: bool) -> Result<Option<Self>, Error> {
        let Wanted { name, ref entry, .. } = *wanted;
        let (file, is_new) = open_or_create(entry).map_err(|error| refuse_odd_path(name, error))?;
        let opened = sys::status_of(&file).at_path(Step::OpenPidFile, name)?;
        if !is_new {
            check(name, &opened, wanted.owner.unwrap_or_else(sys::effective_user))?;
        }
        let mut keeper = None;
        if let Some(open_keeper) = wanted.open_keeper {
            let opened = open_keeper(entry, &file, opened.identity, is_new);
            keeper = opened.at_path(Step::OpenPidFile, name)?;
            if keeper.is_none() {
                return Ok(None);
            }
        }
        if !lock(&file, &mut keeper, name, is_last_try)? {
            return Ok(None);
        }
        // Its owner may have removed it before it was locked here, and then the lock says nothing.
        let Some(status) = entry.status().ok().filter(|there| there.identity == opened.identity)
        else {
            return Ok(None);
        };
        if status.length > 0 {
            if let Text::Foreign = read(&file).at_path(Step::OpenPidFile, name)? {
                return Err(foreign(name, FOREIGN_TEXT));
            }
            // Not overwritten: whoever reads meanwhile might read a part of each number.
            if !is_last_try && entry.remove().is_ok() {
                return Ok(None);
            }
            sys::empty(&file).at_path(Step::WritePidFile, name)?;
        }
        if status.mode & 0o022 != 0 && !is_new {
            // Others may have it open for writing, and would keep that right whatever its mode
            // becomes.
            entry.remove().at_path(Step::OpenPidFile, name)?;
            return Ok(None);
        }
        if status.mode & 0o777 != 0o644 {
            // Everybody may know the PID, whatever the umask says; but there are file systems that
            // know no modes, or only one.
            let _ = sys::set_mode(&file, 0o644);
        }
        if let (true, Some((user, group))) = (is_new, wanted.receiver) {
            sys::change_owner(&file, Some(user), Some(group))
                .inspect_err(|_| entry.remove_if(opened.identity))
                .at_path(Step::OpenPidFile, name)?;
        }
        Ok(Some(Self { file, keeper, status }))
    }
}

/// Opens a PID file a second time, and removes one that is new if this fails.
pub(crate) type OpenKeeper = fn(&Entry, &File, Identity, bool) -> sys::Answer<Option<File>>;

/// Opens a PID file a second time, only to read: whoever gets hold of the daemon cannot make root's
/// tools signal a stranger. `None` if it was removed or replaced in between.
#[inline]
pub(crate) fn open_keeper(
    entry: &Entry,
    file: &File,
    identity: Identity,
    is_new: bool,
) -> sys::Answer<Option<File>> {
    let opened = entry.open(GENTLY, 0).inspect_err(|_| {
        if is_new && sys::try_lock(file) == Ok(true) {
            entry.remove_if(identity);
        }
    });
    let keeper = match opened {
        // It is not locked yet, so a `stop` may have removed it.
        Err(Errno::ENOENT) => return Ok(None),
        opened => opened?,
    };
    Ok((sys::status_of(&keeper)?.identity == identity).then_some(keeper))
}

/// Not through a link, and without waiting at a planted pipe.
pub(crate) const GENTLY: i32 = libc::O_NOFOLLOW | libc::O_NONBLOCK | libc::O_NOCTTY;

/// Makes the file, or opens the one that is there. Not by one call: without `O_EXCL`, `O_CREAT` is
/// refused in sticky directories on an existing file of somebody else, even to root. Says whether
/// the file is new.
fn open_or_create(entry: &Entry) -> sys::Answer<(File, bool)> {
    let flags = GENTLY | libc::O_RDWR;
    loop {
        // The usual case first: a daemon that ended well has removed its file.
        let new = flags | libc::O_CREAT | libc::O_EXCL;
        let refusal = match entry.open(new, 0o644) {
            Ok(made) => return Ok((made, true)),
            Err(refusal) => refusal,
        };
        match entry.open(flags, 0) {
            Err(Errno::ENOENT) => {}
            opened => return opened.map(|file| (file, false)),
        }
        // Gone in between, or never there.
        if refusal != Errno::EEXIST {
            return Err(refusal);
        }
    }
}

/// Says in words what `open` answers with a number.
fn refuse_odd_path(name: &Path, error: Errno) -> Error {
    match error {
        Errno::ELOOP => foreign(name, IS_LINK),
        Errno::ENXIO => foreign(name, IS_NO_FILE),
        _ => Kind::Step(Step::OpenPidFile, Some(name.to_owned()), error.into()).into(),
    }
}

fn check(name: &Path, status: &FileStatus, owner: u32) -> Result<(), Error> {
    if !status.is_regular() {
        Err(foreign(name, IS_NO_FILE))
    } else if status.names > 1 {
        Err(foreign(name, HAS_OTHER_NAME))
    } else if status.owner != owner {
        Err(foreign(name, BELONGS_TO_OTHERS))
    } else {
        Ok(())
    }
}

/// Whether the lock was taken, by the keeper where that is possible; an error where a daemon has
/// it.
fn lock(
    file: &File,
    keeper: &mut Option<File>,
    name: &Path,
    is_last_try: bool,
) -> Result<bool, Error> {
    match sys::try_lock(keeper.as_ref().unwrap_or(file)) {
        Ok(true) => return Ok(true),
        Ok(false) => {}
        // Over a network a lock may need the right to write.
        Err(Errno::EBADF) if keeper.take().is_some() => {
            return lock(file, keeper, name, is_last_try);
        }
        Err(Errno::EINTR) => return Ok(false),
        Err(reason) => return Err(reason).at_path(Step::LockPidFile, name),
    }
    // Those who only look take a shared lock. A daemon does not share it, not even while it starts.
    // A refusal for any other reason tells nothing.
    let is_daemon = sys::try_lock_shared(file) == Ok(false);
    let pid = match read(file).at_path(Step::OpenPidFile, name)? {
        Text::Pid(pid) => Some(pid),
        Text::NoPid => None,
        Text::Foreign => return Err(foreign(name, FOREIGN_TEXT)),
    };
    let is_gone = |pid| sys::signal_process(pid, None, None) == Err(Errno::ESRCH);
    let holder = match pid {
        None => Holder::Start,
        // A killed supervisor takes its body along, which needs a moment.
        Some(pid) if is_gone(pid) => Holder::Orphan(pid),
        Some(pid) => Holder::Daemon(pid),
    };
    if is_last_try || is_daemon && matches!(holder, Holder::Daemon(_)) {
        return Err(Kind::AlreadyRunning(name.to_owned(), holder).into());
    }
    Ok(false)
}

#[cold]
pub(crate) fn foreign(name: &Path, why: &'static str) -> Error {
    Kind::ForeignPidFile(name.to_owned(), why).into()
}

#[cfg(test)]
mod tests {
    use std::{env, fs, process};

    use super::*;

    #[test]
    fn a_file_that_is_removed_before_it_is_opened_again_is_worth_another_try() {
        let path = env::temp_dir().join(format!("keeper-{}", process::id()));
        let file = File::create_new(&path).expect("a new file");
        let status = sys::status_of(&file).expect("an open file");
        fs::remove_file(&path).expect("it is there");
        let entry = Entry::of_path(&path).expect("a path");
        let opened = open_keeper(&entry, &file, status.identity, true);
        assert!(matches!(opened, Ok(None)), "{opened:?}");
    }
}
