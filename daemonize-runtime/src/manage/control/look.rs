//! One look at a PID file: its text, its lock, and the process that it names.
//!
//! The lock says whether the daemon runs. The number is only a hint. A process counts as the daemon
//! only after it is pinned, and then proven to hold the lock.

use std::fs::File;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, SystemTime};

use crate::manage::control::process::{Process, Sight, find_holder};
use crate::resources::entry::Entry;
use crate::resources::pid_lock::{GENTLY, IS_LINK};
use crate::resources::pid_text::{Text, read};
use crate::resources::state_file;
use crate::sys::{self, Deadline, Identity, identity_of};

/// How long to wait between two looks at something that gives no notice.
pub(crate) const PAUSE: Duration = Duration::from_millis(10);

/// How long a daemon that starts or ends may look odd.
pub(crate) const SETTLING: Duration = Duration::from_millis(200);

/// How often to look at least meanwhile: on a busy machine the time may pass between two looks.
const FEWEST_LOOKS: u32 = 20;

/// What there is at a path.
#[derive(Debug)]
pub(crate) enum Found {
    /// A daemon that holds the lock.
    Running(Running),
    /// A lock that is held, and no number yet.
    Starting,
    /// A file that nobody holds, and the number in it.
    Dead(Option<i32>),
    /// No file.
    Nothing,
    Unknown(Doubt),
}

/// A daemon that is pinned, and proven to hold the lock.
#[derive(Debug)]
pub(crate) struct Running {
    pub(crate) process: Process,
    pub(crate) file: Identity,
    /// When the file was written.
    pub(crate) since: SystemTime,
}

/// Why nothing certain can be said.
#[derive(Debug)]
pub(crate) enum Doubt {
    /// The file is something else than a PID file.
    Foreign,
    /// The lock is held by another process than the one with this number.
    Misnamed(i32, Identity),
    /// The owner of the file may not name the process that holds the lock.
    Misowned,
    /// The process that is named cannot be looked into.
    Hidden(Sight),
    Failed(io::Error),
}

/// Looks at the path. If text, lock and process do not fit together, it looks again for a moment:
/// they are read one after the other, and a daemon may start or end in between.
#[inline]
pub(crate) fn find(path: &Path) -> Found {
    let settled_by = Deadline::after(SETTLING);
    let mut looks = 0;
    loop {
        let found = match Look::at(path) {
            Ok(look) => look.judge(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Found::Nothing,
            Err(error) => Found::Unknown(Doubt::Failed(error)),
        };
        looks += 1;
        let is_settled = looks >= FEWEST_LOOKS && settled_by.has_passed();
        if is_settled || !matches!(found, Found::Unknown(_)) {
            return found;
        }
        sleep(PAUSE);
    }
}

/// An open PID file, and what it was when it was opened.
pub(crate) struct Look {
    file: File,
    pub(crate) identity: Identity,
    owner: u32,
    written: SystemTime,
    pub(crate) text: io::Result<Text>,
}

impl Look {
    #[inline]
    pub(crate) fn at(path: &Path) -> io::Result<Self> {
        let opened = Entry::of_path(path).and_then(|entry| entry.open(GENTLY, 0));
        let file = opened.map_err(|error| match path.symlink_metadata() {
            Ok(entry) if entry.is_symlink() => io::Error::other(IS_LINK),
            _ => error.into(),
        })?;
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Err(io::Error::other("it is not a regular file"));
        }
        Ok(Self {
            identity: identity_of(&metadata),
            owner: metadata.uid(),
            written: metadata.modified()?,
            text: read(&file).map_err(io::Error::from),
            file,
        })
    }

    #[inline]
    pub(crate) fn is_locked(&self) -> io::Result<bool> {
        let is_free = sys::try_lock_shared(&self.file)?;
        if is_free {
            // At once, so that a start which looks now is not held up.
            sys::unlock(&self.file)?;
        }
        Ok(!is_free)
    }

    #[inline]
    fn judge(self) -> Found {
        let pid = match self.text {
            Ok(Text::Pid(pid)) => Some(pid),
            Ok(Text::NoPid) => None,
            Ok(Text::Foreign) => return Found::Unknown(Doubt::Foreign),
            Err(error) => return Found::Unknown(Doubt::Failed(error)),
        };
        match self.is_locked() {
            Ok(true) => {}
            Ok(false) => return Found::Dead(pid),
            Err(error) => return Found::Unknown(Doubt::Failed(error)),
        }
        let Some(pid) = pid else { return Found::Starting };
        let misnamed = Found::Unknown(Doubt::Misnamed(pid, self.identity));
        // The first process of a container names itself; anywhere else a 1 is no daemon of ours,
        // and is not attested.
        let Some(process) = Process::pin(pid) else { return misnamed };
        match process.holds(self.identity) {
            Some(true) if process.belongs_to(self.owner) => {
                Found::Running(Running { process, file: self.identity, since: self.written })
            }
            Some(true) => Found::Unknown(Doubt::Misowned),
            Some(false) => misnamed,
            None => Found::Unknown(Doubt::Hidden(process.sight())),
        }
    }

    /// Removes the file that a dead daemon left, unless somebody has taken it over or replaced it
    /// meanwhile.
    #[inline]
    pub(crate) fn remove_left(&self, path: &Path) {
        if sys::try_lock(&self.file) == Ok(true)
            && !matches!(self.text, Ok(Text::Foreign) | Err(_))
            && let Ok(entry) = Entry::in_directory_of(path)
            && entry.status().is_ok_and(|there| there.identity == self.identity)
        {
            // First: once the PID file is gone, it may be a new daemon's.
            state_file::remove_left(&entry);
            entry.remove_if(self.identity);
        }
    }
}

impl Doubt {
    /// The reason in words. Here is the time to look for the one that holds the lock.
    #[inline]
    pub(crate) fn explain(self) -> String {
        match self {
            Self::Foreign => "it holds something other than a PID".to_owned(),
            Self::Misnamed(named, file) => match find_holder(file) {
                Some(holder) => format!("it names PID {named}, but PID {holder} holds its lock"),
                None => format!("it names PID {named}, but another process holds its lock"),
            },
            Self::Misowned => {
                "it belongs to another user than the process that holds its lock".to_owned()
            }
            Self::Hidden(Sight::Stranger) => {
                "the process that it names belongs to another user; only root can tell".to_owned()
            }
            Self::Hidden(Sight::Own) => {
                "the process that it names cannot be inspected, because it has dropped \
                privileges, or its program has capabilities or is not readable; only root can tell"
                    .to_owned()
            }
            Self::Hidden(Sight::None) => {
                "the process that it names cannot be seen in /proc; only root can tell".to_owned()
            }
            Self::Failed(error) => error.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{env, fs, process};

    use super::*;

    #[test]
    fn the_files_of_a_new_daemon_are_not_taken_for_those_of_a_dead_one() {
        let directory = env::temp_dir().join(format!("look-{}", process::id()));
        fs::create_dir(&directory).expect("a new directory");
        let path = directory.join("bot.pid");
        let state = state_file::path_of(&path);
        let write = |path: &Path| fs::write(path, "").expect("a file");

        write(&path);
        write(&state);
        let look = Look::at(&path).expect("a file");
        fs::remove_file(&path).expect("the file is there");
        write(&path);
        look.remove_left(&path);
        assert!(path.exists() && state.exists());

        let look = Look::at(&path).expect("a file");
        look.remove_left(&path);
        assert!(!path.exists() && !state.exists());
        fs::remove_dir(&directory).expect("the directory is empty");
    }
}
