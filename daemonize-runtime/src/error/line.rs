//! One line for the user: who says it, and nothing in it that could forge another line.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
#[cfg(unix)]
use std::time::SystemTime;
use std::{env, fmt};

#[cfg(unix)]
use crate::{error::utc, sys};

/// Writes one line to standard error, behind the program's name.
pub(crate) fn say(text: &str) {
    let program = program_name().unwrap_or_else(|| "daemon".into());
    let priority = if leads_to_journal() { "<3>" } else { "" };
    let line = format!("{priority}{}: {text}\n", Printable(&program));
    // Nobody is left to be told when standard error is closed or full.
    let _ = io::stderr().write_all(line.as_bytes());
}

/// Whether standard error is the journal, which takes a line for information where no priority
/// stands before it. The variable alone is inherited by programs that write somewhere else. See
/// systemd.exec(5).
#[cfg(unix)]
fn leads_to_journal() -> bool {
    use std::fs::File;
    use std::os::fd::AsFd;
    use std::os::unix::fs::MetadataExt;
    let Some(journal) = env::var_os("JOURNAL_STREAM") else { return false };
    let stream = io::stderr().as_fd().try_clone_to_owned().map(File::from);
    let stream = stream.and_then(|stream| stream.metadata());
    stream.is_ok_and(|stream| *journal == *format!("{}:{}", stream.dev(), stream.ino()))
}

/// Whether standard error is the journal: there is none here.
#[cfg(not(unix))]
fn leads_to_journal() -> bool {
    false
}

/// Writes one line, behind time and name, into the log that standard error is. It is not written
/// where the writer would have to wait for a reader.
#[cfg(unix)]
#[inline]
pub(crate) fn note(text: &str) {
    let program = program_name().unwrap_or_else(|| "daemon".into());
    let line = format!("{} {}: {text}\n", utc(SystemTime::now()), Printable(&program));
    if sys::is_writable_now(&io::stderr()) {
        let _ = io::stderr().write(line.as_bytes());
    }
}

/// The file name of `argv[0]`; of the executable where that is empty.
pub(crate) fn program_name() -> Option<PathBuf> {
    let invoked = env::args_os().next().map(PathBuf::from);
    let name = |path: PathBuf| path.file_name().map(PathBuf::from);
    invoked.and_then(name).or_else(|| env::current_exe().ok().and_then(name))
}

/// A path on one line: control characters are escaped, so that no name can forge or hide a message.
pub(crate) struct Printable<'a>(pub(crate) &'a Path);

impl fmt::Display for Printable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.to_string_lossy().chars() {
            if character.is_control() {
                write!(f, "{}", character.escape_default())?;
            } else {
                write!(f, "{character}")?;
            }
        }
        Ok(())
    }
}
