//! What a start makes on its way, and takes back when it fails: directories, and logs that are
//! still empty.

use std::io;
use std::path::{Path, PathBuf, absolute};

use nix::errno::Errno;
use nix::sys::stat::Mode;
use nix::unistd::mkdir;

use crate::resources::entry::Entry;
use crate::resources::pid_file::Identity;
use crate::sys::retry_interrupted;

/// The mode of a directory that is made, less the umask.
pub(crate) const DIRECTORY_MODE: Mode = Mode::from_bits_truncate(0o755);

/// What a start has made so far.
#[derive(Debug, Default)]
pub(crate) struct Made {
    directories: Vec<(PathBuf, Entry)>,
    logs: Vec<(Entry, Identity)>,
}

impl Made {
    /// Notes a directory, whose absolute path this is.
    pub(crate) fn note_directory(&mut self, path: &Path, entry: Entry) {
        self.directories.push((path.to_owned(), entry));
    }

    pub(crate) fn note_log(&mut self, entry: Entry, identity: Identity) {
        self.logs.push((entry, identity));
    }

    /// Notes a log as made, if its directory was.
    pub(crate) fn note_log_below(&mut self, path: &Path, identity: Identity) -> io::Result<()> {
        if self.directories.is_empty() {
            return Ok(());
        }
        let path = absolute(path)?;
        if self.directories.iter().any(|(made, _)| path.parent() == Some(made)) {
            self.note_log(Entry::of_path(&path)?, identity);
        }
        Ok(())
    }

    /// Takes all of it back. What somebody uses by now stays.
    pub(crate) fn take_back(&self) {
        for (log, identity) in &self.logs {
            if log.status().is_ok_and(|there| there.length == 0) {
                log.remove_if(*identity);
            }
        }
        for (_, directory) in self.directories.iter().rev() {
            let _ = directory.remove_directory();
        }
    }
}

/// Makes the directories that are missing on the way to a file, as whoever this process is.
pub(crate) fn make_parents(file: &Path, made: &mut Made) -> io::Result<()> {
    match absolute(file)?.parent() {
        Some(directory) => make(directory, made),
        None => Ok(()),
    }
}

fn make(directory: &Path, made: &mut Made) -> io::Result<()> {
    let attempt = || retry_interrupted(|| mkdir(directory, DIRECTORY_MODE));
    let mut outcome = attempt();
    if let (Err(Errno::ENOENT), Some(parent)) = (outcome, directory.parent()) {
        make(parent, made)?;
        outcome = attempt();
    }
    match outcome {
        Ok(()) => made.note_directory(directory, Entry::of_path(directory)?),
        // What cannot be made is there already, on some file systems.
        Err(_) if directory.is_dir() => {}
        Err(reason) => return Err(reason.into()),
    }
    Ok(())
}
