//! A pseudo-terminal.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::pty::openpty;

use crate::wait;

/// The user's end of a pseudo-terminal. Dropping it hangs up the line.
#[derive(Debug)]
pub struct Terminal {
    user: File,
    line: OwnedFd,
}

impl Terminal {
    /// A new terminal, which controls no session yet.
    #[must_use]
    pub fn new() -> Self {
        let pair = openpty(None, None).expect("a pseudo-terminal");
        fcntl(&pair.master, FcntlArg::F_SETFL(OFlag::O_NONBLOCK)).expect("flags");
        Self { user: pair.master.into(), line: pair.slave }
    }

    /// Makes this terminal the three standard streams of a command.
    pub fn attach(&self, command: &mut Command) {
        let stream = || Stdio::from(self.line.try_clone().expect("a descriptor"));
        command.stdin(stream()).stdout(stream()).stderr(stream());
    }

    /// The path of the terminal's device.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        nix::unistd::ttyname(self.line.as_fd()).expect("a terminal has a name")
    }

    /// Types keys, control keys included.
    pub fn type_keys(&mut self, keys: &str) {
        self.user.write_all(keys.as_bytes()).expect("the terminal takes keys");
    }

    /// Waits until this text appears on the screen.
    pub fn await_screen(&mut self, text: &str) {
        let mut seen = Vec::new();
        wait::until(&format!("{text:?} on the screen"), || {
            // The terminal is open here, so there is no end of file. Reading stops when it would
            // block.
            let _ = self.user.read_to_end(&mut seen);
            String::from_utf8_lossy(&seen).contains(text)
        });
    }
}

impl Default for Terminal {
    fn default() -> Self {
        Self::new()
    }
}
