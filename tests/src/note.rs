//! The note that a body leaves in the start directory: that it has come so far, and which process
//! it runs in.

use std::fs;

use nix::unistd::Pid;

use crate::bot::Bot;
use crate::process::Process;
use crate::wait;

/// Waits until the file `note` is complete, and returns the process that it names.
#[must_use]
#[track_caller]
pub fn author(bot: &Bot) -> Process {
    let number = wait::for_some("the note", || {
        let text = fs::read_to_string(bot.file("note")).ok()?;
        text.strip_suffix('\n')?.parse().ok()
    });
    Process(Pid::from_raw(number))
}
