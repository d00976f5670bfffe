//! The state file: what only the supervisor knows, for whoever asks how the bot is. It is
//! informative. The lock of the PID file, beside which it stands, goes on to be the truth about
//! whether the bot runs, and nobody is signalled because of what stands here.
//!
//! It is gone after a clean end, and stays when the supervisor has given up. Without it the
//! supervisor works the same.

use std::fs::{File, OpenOptions, Permissions};
use std::io::{self, Read};
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use nix::libc;
use nix::unistd::geteuid;

use crate::resources::pid_file::{PidFile, Place, identity};
use crate::resources::state_text::{FIRST_WORD, LONGEST, State, parse};

/// A state file that is this daemon's own.
#[derive(Debug)]
pub(crate) struct StateFile {
    file: File,
    place: Place,
}

/// Where the state of the daemon with this PID file stands: beside it, under its whole name, so
/// that it takes no name that the bot might want.
pub(crate) fn path_of(pid_file: &Path) -> PathBuf {
    let mut name = pid_file.as_os_str().to_owned();
    name.push(".state");
    name.into()
}

/// What the state file beside this PID file says; `None` when that is nothing certain.
pub(crate) fn read(pid_file: &Path) -> Option<State> {
    let file = open_options().read(true).open(path_of(pid_file)).ok()?;
    if !file.metadata().is_ok_and(|metadata| metadata.is_file()) {
        return None;
    }
    parse(&text_of(&file)?)
}

impl StateFile {
    /// Gives a PID file a state file, if that is possible: not where something stands already that
    /// no supervisor of this user has written, which is left as it is.
    pub(crate) fn keep_beside(pid_file: &mut PidFile) {
        pid_file.state = Self::acquire(path_of(&pid_file.place.path));
    }

    /// Opens the file, and makes it if it is missing. The PID file, whose lock is held, stands in
    /// the same directory, which was found safe for it.
    fn acquire(path: PathBuf) -> Option<Self> {
        let file = open_or_create(&path).ok()?;
        let metadata = file.metadata().ok()?;
        let is_own = metadata.is_file()
            && metadata.nlink() == 1
            && metadata.uid() == geteuid().as_raw()
            && metadata.mode() & 0o022 == 0;
        if !is_own || metadata.len() > 0 && !text_of(&file)?.starts_with(FIRST_WORD) {
            return None;
        }
        // Everybody may know, whatever the umask says; and nothing is known of this daemon yet.
        let _ = file.set_permissions(Permissions::from_mode(0o644));
        file.set_len(0).ok()?;
        Some(Self { file, place: Place { path, identity: identity(&metadata) } })
    }

    /// Says what is so from now on. What cannot be said is not: the bot matters more.
    pub(crate) fn write(&self, state: &State) {
        let text = state.to_string();
        if self.file.write_all_at(text.as_bytes(), 0).is_ok() {
            let _ = self.file.set_len(text.len() as u64);
        }
    }

    /// Removes the file. Where that is not allowed, it says nothing any more.
    pub(crate) fn remove(&self) {
        let _ = self.file.set_len(0);
        self.place.remove();
    }
}

fn open_options() -> OpenOptions {
    let mut options = OpenOptions::new();
    // `O_NONBLOCK` for a planted pipe.
    options.custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK | libc::O_NOCTTY);
    options
}

fn open_or_create(path: &Path) -> io::Result<File> {
    let mut options = open_options();
    options.read(true).write(true).mode(0o644);
    match options.clone().create_new(true).open(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => options.open(path),
        made => made,
    }
}

fn text_of(file: &File) -> Option<String> {
    let mut text = String::new();
    file.take(LONGEST as u64).read_to_string(&mut text).ok()?;
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_is_the_whole_one_of_the_pid_file() {
        assert_eq!(path_of(Path::new("run/bot.pid")), Path::new("run/bot.pid.state"));
    }
}
