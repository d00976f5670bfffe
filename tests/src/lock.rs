//! File locks: the lock on a PID file, which alone says whether a daemon runs, and the locks with
//! which a test holds bots back.

use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use nix::libc;

/// Whether some process holds a lock on the file. A missing file is not locked.
#[must_use]
pub fn is_held(path: &Path) -> bool {
    // Without `O_NONBLOCK`, opening a FIFO in its place would block.
    let Ok(file) = OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK).open(path) else {
        return false;
    };
    match file.try_lock_shared() {
        Ok(()) => false,
        Err(TryLockError::WouldBlock) => true,
        Err(TryLockError::Error(error)) => panic!("{}: {error}", path.display()),
    }
}

/// Makes a file and locks it, like a start that has not yet written its PID.
#[must_use]
#[track_caller]
pub fn take_new(path: &Path) -> File {
    let file = File::create_new(path).expect("a new file");
    file.lock().expect("a new file is not locked");
    file
}

/// A gate at which bots wait until the test opens it: a file that the test has locked. Bots that
/// arrive later pass at once.
#[derive(Debug)]
pub struct Gate(File);

impl Gate {
    /// Makes the file and closes the gate.
    #[must_use]
    #[track_caller]
    pub fn closed(path: &Path) -> Self {
        Self(take_new(path))
    }

    /// Lets the bots pass.
    pub fn open(self) {
        self.0.unlock().expect("the lock is ours");
    }
}
