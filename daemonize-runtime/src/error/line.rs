//! One line for the user: who says it, and nothing in it that could forge another line.

use std::env;
use std::fmt::{self, Write};
use std::io;
use std::path::{Path, PathBuf};
#[cfg(unix)]
use std::time::SystemTime;

#[cfg(unix)]
use crate::{error::utc, sys};

/// Text that grows. Unlike a `String` it does not look at each character.
#[derive(Default)]
struct Text(Vec<u8>);

impl Write for Text {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.extend_from_slice(text.as_bytes());
        Ok(())
    }
}

/// Writes one line to standard error, behind the program's name.
pub(crate) fn say(text: fmt::Arguments<'_>) {
    let program = program_name().unwrap_or_else(|| "daemon".into());
    let priority = if leads_to_journal() { "<3>" } else { "" };
    let mut line = Text::default();
    let _ = writeln!(line, "{priority}{}: {text}", Printable(&program));
    // Nobody is left to be told when standard error is closed or full.
    #[cfg(unix)]
    sys::write_all(libc::STDERR_FILENO, &line.0);
    #[cfg(not(unix))]
    let _ = io::Write::write_all(&mut io::stderr(), &line.0);
}

/// Whether standard error is the journal, which takes a line without a priority for information.
/// The variable alone is inherited by programs that write somewhere else. See systemd.exec(5).
#[cfg(unix)]
fn leads_to_journal() -> bool {
    use std::os::unix::ffi::OsStrExt;
    let Some(journal) = env::var_os("JOURNAL_STREAM") else { return false };
    let Ok(stream) = sys::status_of(&io::stderr()) else { return false };
    let mut own = Text::default();
    let (device, inode) = stream.identity;
    let _ = write!(own, "{device}:{inode}");
    journal.as_bytes() == own.0
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
    let mut line = Text::default();
    let _ = writeln!(line, "{} {}: {text}", utc(SystemTime::now()), Printable(&program));
    if sys::is_writable_now(&io::stderr()) {
        sys::write_all(libc::STDERR_FILENO, &line.0);
    }
}

/// The file name of `argv[0]`; of the executable where that is empty.
pub(crate) fn program_name() -> Option<PathBuf> {
    let invoked = env::args_os().next().map(PathBuf::from);
    let name = |path: PathBuf| path.file_name().map(PathBuf::from);
    invoked.and_then(name).or_else(|| env::current_exe().ok().and_then(name))
}

/// A path on one line. Control characters are escaped: no name can forge or hide a message. An
/// empty one is two quotes: a gap at the end of a sentence says nothing.
pub(crate) struct Printable<'a>(pub(crate) &'a Path);

impl fmt::Display for Printable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.as_os_str().is_empty() {
            return f.write_str("\"\"");
        }
        for character in self.0.to_string_lossy().chars() {
            if character.is_control() {
                character.escape_default().try_for_each(|escaped| f.write_char(escaped))?;
            } else {
                f.write_char(character)?;
            }
        }
        Ok(())
    }
}
