//! Descriptors: the three standard ones, and the inherited ones. Inherited are those from 3 up
//! without close-on-exec. What the program opened itself has it, because Rust sets it on everything
//! that it opens.

use std::os::fd::{AsFd, RawFd};

use nix::libc::{STDERR_FILENO, STDIN_FILENO, STDOUT_FILENO};
use nix::unistd::{dup2_stderr, dup2_stdin, dup2_stdout};

use crate::sys::proc::ProcSelf;
use crate::sys::{self, retry_interrupted};

/// All open descriptors from this one on.
///
/// The kernel tells how large its table of them is, which for most programs is so small that one
/// call is enough. That is faster than to list `/proc/self/fd`, and works without it.
pub(crate) fn open_from(first: RawFd, proc_self: &ProcSelf) -> Vec<RawFd> {
    let table = proc_self.descriptor_table.and_then(|size| RawFd::try_from(size).ok());
    let mut open = Vec::new();
    sys::find_open(first..table.unwrap_or_else(sys::descriptor_limit), &mut open);
    open
}

/// Finds the inherited descriptors, but for those that were passed on purpose, which come first.
/// Must run before this crate opens anything.
pub(crate) fn inherited(passed: RawFd, proc_self: &ProcSelf) -> Vec<RawFd> {
    let mut open = open_from(passed.saturating_add(3), proc_self);
    open.retain(|&descriptor| sys::is_inheritable(descriptor));
    open
}

/// Those of the standard descriptors that lead to one file: bit n is descriptor n.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StandardDescriptors(u8);

impl StandardDescriptors {
    pub(crate) fn of(bits: u8) -> Self {
        Self(bits)
    }

    /// Makes them lead to a file. `dup2` clears close-on-exec, so that the daemon's children have
    /// it too.
    pub(crate) fn replace(self, file: &impl AsFd) -> nix::Result<()> {
        let file = file.as_fd();
        for descriptor in
            (STDIN_FILENO..=STDERR_FILENO).filter(|descriptor| self.0 & 1 << descriptor != 0)
        {
            retry_interrupted(|| match descriptor {
                STDIN_FILENO => dup2_stdin(file),
                STDOUT_FILENO => dup2_stdout(file),
                _ => dup2_stderr(file),
            })?;
        }
        Ok(())
    }
}
