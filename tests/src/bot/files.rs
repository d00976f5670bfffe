//! The files in a bot's start directory.

use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use nix::unistd::Pid;

use super::Bot;
use crate::process::Process;
use crate::wait;

impl Bot {
    /// A file in the start directory.
    #[must_use]
    pub fn file(&self, name: impl AsRef<Path>) -> PathBuf {
        self.start_directory().join(name)
    }

    /// The start directory as the kernel names it, without symbolic links.
    #[must_use]
    pub fn start_directory(&self) -> PathBuf {
        self.home.path().canonicalize().expect("the start directory exists")
    }

    /// The text of a file in the start directory.
    #[must_use]
    #[track_caller]
    pub fn read(&self, name: &str) -> String {
        let bytes = fs::read(self.file(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        String::from_utf8(bytes).expect("text")
    }

    /// Waits until a file in the start directory contains exactly this text.
    #[track_caller]
    pub fn await_text(&self, name: &str, text: &str) {
        let path = self.file(name);
        wait::until(&format!("{text:?} in {name}"), || {
            fs::read(&path).is_ok_and(|bytes| bytes == text.as_bytes())
        });
    }

    /// Waits until a file in the start directory contains this text, among other text.
    #[track_caller]
    pub fn await_in(&self, name: &str, text: &str) {
        let path = self.file(name);
        wait::until(&format!("{text:?} in {name}"), || {
            fs::read(&path).is_ok_and(|bytes| String::from_utf8_lossy(&bytes).contains(text))
        });
    }

    /// Waits until the body has written its PID into the file `note`, as the argument `note=note`
    /// asks. Returns the process of the body.
    #[must_use]
    #[track_caller]
    pub fn await_body(&self) -> Process {
        let number = wait::for_some("the note", || {
            let text = fs::read_to_string(self.file("note")).ok()?;
            text.strip_suffix('\n')?.parse().ok()
        });
        Process(Pid::from_raw(number))
    }

    /// The mode of a file in the start directory, with the set-user-ID, set-group-ID and sticky
    /// bits.
    #[must_use]
    pub fn mode(&self, name: impl AsRef<Path>) -> u32 {
        fs::metadata(self.file(name)).expect("the file").mode() & 0o7777
    }

    /// The names of all files in the start directory, sorted.
    #[must_use]
    pub fn files(&self) -> Vec<String> {
        let entries = fs::read_dir(self.start_directory()).expect("the start directory");
        let names = entries.map(|entry| entry.expect("an entry").file_name());
        let mut names: Vec<_> = names.map(|name| name.into_string().expect("text")).collect();
        names.sort();
        names
    }

    /// The path of the PID file: as the argument `pid_file` says, or else named after the program.
    #[must_use]
    pub fn pid_file(&self) -> PathBuf {
        let chosen = self.words.iter().find_map(|word| word.as_bytes().strip_prefix(b"pid_file="));
        let chosen = chosen.map(|path| PathBuf::from(OsString::from_vec(path.to_owned())));
        self.file(chosen.unwrap_or_else(|| Path::new(&self.name()).with_extension("pid")))
    }
}
