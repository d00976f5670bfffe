//! One look at a PID file: its text, its lock, and the process that it names.
//!
//! The lock says whether the daemon runs. The number is only a hint. A process counts as the daemon
//! only after it is pinned, and then proven to hold the lock.

use std::fs::File;
use std::io::{self, ErrorKind};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, SystemTime};

use crate::manage::control::process::{Process, Sight, find_holder, is_blind};
use crate::resources::entry::Entry;
use crate::resources::pid_lock::{GENTLY, IS_LINK, IS_REPLACED};
use crate::resources::pid_text::{Text, read};
use crate::resources::state_file;
use crate::sys::{self, Deadline, Identity, identity_of};

/// How long to wait between two looks at something that gives no notice.
pub(crate) const PAUSE: Duration = Duration::from_millis(10);

/// How long a daemon that starts or ends may look odd.
pub(crate) const SETTLING: Duration = Duration::from_millis(200);

/// How often to look at least meanwhile: on a busy machine the time may pass between two looks.
const FEWEST_LOOKS: u32 = 20;

/// The time in which what looks odd may settle.
struct Settling {
    ends: Deadline,
    looks: u32,
}

impl Settling {
    #[inline]
    fn begin() -> Self {
        Self { ends: Deadline::after(SETTLING), looks: 0 }
    }

    /// Counts one more look; whether it was the last one.
    #[inline]
    fn is_over(&mut self) -> bool {
        self.looks += 1;
        self.looks >= FEWEST_LOOKS && self.ends.has_passed()
    }
}

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
    let mut settling = Settling::begin();
    loop {
        let found = match Look::at(path) {
            Ok(look) => look.judge(path),
            Err(error) if error.kind() == ErrorKind::NotFound => Found::Nothing,
            Err(error) => Found::Unknown(Doubt::Failed(error)),
        };
        // A file without a number may have been made by a start that has not locked it yet.
        let is_odd = matches!(found, Found::Unknown(_) | Found::Dead(None));
        if settling.is_over() || !is_odd {
            return found;
        }
        sleep(PAUSE);
    }
}

/// An open PID file, and what it was when it was opened.
pub(crate) struct Look {
    file: File,
    pub(crate) identity: Identity,
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
    fn judge(self, path: &Path) -> Found {
        let pid = match self.text {
            Ok(Text::Pid(pid)) => Some(pid),
            Ok(Text::NoPid) => None,
            Ok(Text::Foreign) => return Found::Unknown(Doubt::Foreign),
            Err(error) => return Found::Unknown(Doubt::Failed(error)),
        };
        match self.is_locked() {
            Ok(true) => {}
            Ok(false) if Entry::of_path(path).is_ok_and(|entry| entry.leads_to(self.identity)) => {
                return Found::Dead(pid);
            }
            // A daemon that ends well removes its file before it lets go of the lock.
            Ok(false) => return Found::Unknown(Doubt::Failed(io::Error::other(IS_REPLACED))),
            Err(error) => return Found::Unknown(Doubt::Failed(error)),
        }
        let Some(pid) = pid else { return Found::Starting };
        let misnamed = Found::Unknown(Doubt::Misnamed(pid, self.identity));
        // The first process of a container names itself; anywhere else a 1 is no daemon of ours,
        // and is not attested.
        let Some(process) = Process::pin(pid) else {
            // In another PID namespace it may be the daemon's number.
            return if is_blind() { Found::Unknown(Doubt::Hidden(Sight::Blind)) } else { misnamed };
        };
        // After the text, which may be younger than anything that was known before it was read.
        let metadata = self.file.metadata();
        let (owner, since) = match metadata.and_then(|file| Ok((file.uid(), file.modified()?))) {
            Ok(known) => known,
            Err(error) => return Found::Unknown(Doubt::Failed(error)),
        };
        match process.holds(self.identity) {
            Ok(true) if process.belongs_to(owner) => {
                Found::Running(Running { process, file: self.identity, since })
            }
            Ok(true) => Found::Unknown(Doubt::Misowned),
            Ok(false) => misnamed,
            Err(error) => Found::Unknown(match error.kind() {
                ErrorKind::NotFound | ErrorKind::PermissionDenied => Doubt::Hidden(process.sight()),
                _ => Doubt::Failed(error),
            }),
        }
    }

    /// Locks the file, unless a daemon has it locked. Who only looks has it for a moment.
    #[inline]
    fn lock(&self) -> bool {
        let mut settling = Settling::begin();
        loop {
            match sys::try_lock(&self.file) {
                Ok(true) => return true,
                Ok(false) if matches!(self.is_locked(), Ok(false)) && !settling.is_over() => {
                    sleep(PAUSE);
                }
                _ => return false,
            }
        }
    }

    /// Removes the file that a dead daemon left, unless somebody has taken it over or replaced it
    /// meanwhile.
    #[inline]
    pub(crate) fn remove_left(&self, path: &Path) {
        if self.lock()
            && !matches!(self.text, Ok(Text::Foreign) | Err(_))
            && let Ok(entry) = Entry::in_directory_of(path)
            && entry.leads_to(self.identity)
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
            Self::Hidden(Sight::Blind) => {
                "without a /proc of this PID namespace nobody can tell which process holds its lock"
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
    use std::path::PathBuf;
    use std::{env, fs, process, thread};

    use super::*;

    /// A path in a new directory.
    fn path_for(test: &str) -> PathBuf {
        let directory = env::temp_dir().join(format!("{test}-{}", process::id()));
        fs::create_dir(&directory).expect("a new directory");
        directory.join("bot.pid")
    }

    fn remove_directory_of(path: &Path) {
        fs::remove_dir(path.parent().expect("a directory")).expect("the directory is empty");
    }

    #[test]
    fn the_files_of_a_new_daemon_are_not_taken_for_those_of_a_dead_one() {
        let path = path_for("new");
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
        remove_directory_of(&path);
    }

    #[test]
    fn who_only_looks_does_not_keep_what_a_dead_daemon_left() {
        let path = path_for("looked-at");
        let other = File::create(&path).expect("a file");
        other.lock_shared().expect("nobody else has it");
        let look = Look::at(&path).expect("a file");
        thread::scope(|scope| {
            scope.spawn(|| look.remove_left(&path));
            // Nobody can see from outside that it tries.
            sleep(3 * PAUSE);
            drop(other);
        });
        assert!(!path.exists());
        remove_directory_of(&path);
    }

    #[test]
    fn a_file_that_was_removed_meanwhile_was_not_left() {
        let path = path_for("removed");
        fs::write(&path, "4711\n").expect("a file");
        let look = Look::at(&path).expect("a file");
        fs::remove_file(&path).expect("the file is there");
        assert!(matches!(look.judge(&path), Found::Unknown(Doubt::Failed(_))));
        assert!(matches!(find(&path), Found::Nothing));
        remove_directory_of(&path);
    }

    #[test]
    fn a_new_file_that_is_not_locked_yet_is_not_a_dead_daemons() {
        let path = path_for("unlocked");
        let file = File::create(&path).expect("a file");
        thread::scope(|scope| {
            let found = scope.spawn(|| find(&path));
            // Nobody can see from outside that it looks.
            sleep(3 * PAUSE);
            file.lock().expect("nobody else has it");
            assert!(matches!(found.join().expect("it finds something"), Found::Starting));
        });
        fs::remove_file(&path).expect("the file is there");
        remove_directory_of(&path);
    }

    #[test]
    fn a_daemon_is_not_older_than_its_number_in_the_file() {
        let path = path_for("older");
        let file = File::create(&path).expect("a file");
        file.lock().expect("nobody else has it");
        fs::write(&path, process::id().to_string()).expect("the file is there");
        file.set_modified(SystemTime::UNIX_EPOCH).expect("it is ours");
        let look = Look::at(&path).expect("a file");
        let written = SystemTime::UNIX_EPOCH + Duration::from_secs(86_400);
        file.set_modified(written).expect("it is ours");
        let Found::Running(daemon) = look.judge(&path) else { panic!("this process has the lock") };
        assert_eq!(daemon.since, written);
        fs::remove_file(&path).expect("the file is there");
        remove_directory_of(&path);
    }
}
