//! A gate at which bots wait until the test opens it.

use std::fs::File;
use std::path::Path;

/// A closed gate: a file that the test has locked. Whoever comes later passes at once.
#[derive(Debug)]
pub struct Gate(File);

impl Gate {
    /// Makes the file and closes the gate.
    #[must_use]
    pub fn closed(path: &Path) -> Self {
        let file = File::create_new(path).expect("a new file");
        file.lock().expect("nobody has the file yet");
        Self(file)
    }

    /// Lets everybody pass.
    pub fn open(self) {
        self.0.unlock().expect("the lock is ours");
    }
}
