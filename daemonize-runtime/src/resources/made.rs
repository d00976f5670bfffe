//! What a start makes on its way, and takes back when it fails: directories, and logs that are
//! still empty.

use std::fmt::Debug;
use std::path::{Path, PathBuf, absolute};

use crate::resources::entry::Entry;
use crate::sys::{self, Errno, Identity, errno_of};

/// The mode of a directory that is made, less the umask.
pub(crate) const DIRECTORY_MODE: u32 = 0o755;

/// What a start has made so far. It is noted by the parts of options, behind a pointer, so that a
/// program without them has no code for it.
#[derive(Debug, Default)]
pub(crate) struct Made(Option<Box<dyn Notes>>);

trait Notes: Debug {
    fn list(&mut self) -> &mut List;
    /// Notes a log as made, if its directory was.
    fn note_log_below(&mut self, path: &Path, identity: Identity) -> sys::Answer<()>;
    fn take_back_logs(&self);
    fn take_back_directories(&self);
}

#[derive(Debug, Default)]
struct List {
    directories: Vec<(PathBuf, Entry)>,
    logs: Vec<(Entry, Identity)>,
}

impl Made {
    #[inline]
    fn list(&mut self) -> &mut List {
        self.0.get_or_insert_with(|| Box::new(List::default())).list()
    }

    /// Notes a directory, whose absolute path this is.
    #[inline]
    pub(crate) fn note_directory(&mut self, path: &Path, entry: Entry) {
        self.list().directories.push((path.to_owned(), entry));
    }

    #[inline]
    pub(crate) fn note_log(&mut self, entry: Entry, identity: Identity) {
        self.list().logs.push((entry, identity));
    }

    /// Notes a log as made, if its directory was.
    pub(crate) fn note_log_below(&mut self, path: &Path, identity: Identity) -> sys::Answer<()> {
        self.0.as_mut().map_or(Ok(()), |notes| notes.note_log_below(path, identity))
    }

    /// Takes back the logs that nobody has written to.
    pub(crate) fn take_back_logs(&self) {
        if let Some(notes) = &self.0 {
            notes.take_back_logs();
        }
    }

    /// Takes back the directories that are empty by now.
    pub(crate) fn take_back_directories(&self) {
        if let Some(notes) = &self.0 {
            notes.take_back_directories();
        }
    }
}

impl Notes for List {
    #[inline]
    fn list(&mut self) -> &mut List {
        self
    }

    #[inline]
    fn note_log_below(&mut self, path: &Path, identity: Identity) -> sys::Answer<()> {
        let path = absolute(path).map_err(errno_of)?;
        if self.directories.iter().any(|(made, _)| path.parent() == Some(made)) {
            self.logs.push((Entry::of_path(&path)?, identity));
        }
        Ok(())
    }

    #[inline]
    fn take_back_logs(&self) {
        for (log, identity) in &self.logs {
            if log.status().is_ok_and(|there| there.length == 0) {
                log.remove_if(*identity);
            }
        }
    }

    #[inline]
    fn take_back_directories(&self) {
        for (_, directory) in self.directories.iter().rev() {
            let _ = directory.remove_directory();
        }
    }
}

/// Makes the directories that are missing on the way to a file, as whoever this process is.
#[inline]
pub(crate) fn make_parents(file: &Path, made: &mut Made) -> sys::Answer<()> {
    match absolute(file).map_err(errno_of)?.parent() {
        Some(directory) => make(directory, made),
        None => Ok(()),
    }
}

#[inline]
fn make(directory: &Path, made: &mut Made) -> sys::Answer<()> {
    let entry = Entry::of_path(directory)?;
    let mut outcome = entry.make_directory(DIRECTORY_MODE);
    if let (Err(Errno::ENOENT), Some(parent)) = (&outcome, directory.parent()) {
        make(parent, made)?;
        outcome = entry.make_directory(DIRECTORY_MODE);
    }
    match outcome {
        Ok(()) => made.note_directory(directory, entry),
        // What cannot be made is there already, on some file systems.
        Err(_) if directory.is_dir() => {}
        Err(reason) => return Err(reason),
    }
    Ok(())
}
