//! Descriptors: which are open, and the three standard ones.

use std::os::fd::{BorrowedFd, RawFd};

use crate::sys::proc::ProcSelf;
use crate::sys::{self, persist};
use libc::{STDERR_FILENO, STDIN_FILENO};

/// All open descriptors from this one on that can do anything: those of `O_PATH` are missing.
///
/// The kernel tells how large its table of them is, which for most programs is so small that one
/// call is enough. That is faster than to list `/proc/self/fd`, and works without it.
pub(crate) fn open_from(first: RawFd, proc_self: &ProcSelf) -> Vec<RawFd> {
    let mut open = Vec::new();
    sys::find_open(first..end(proc_self), &mut open);
    open
}

/// All open descriptors from this one on, by a call for each number.
#[inline]
pub(crate) fn all_open_from(first: RawFd, proc_self: &ProcSelf) -> Vec<RawFd> {
    // Where the size of the table is hidden there may be a billion numbers; so many take 0.1 s.
    const MOST: RawFd = 1 << 20;
    let end = end(proc_self);
    let mut open: Vec<_> = (first..end.min(MOST)).filter(|&number| sys::is_open(number)).collect();
    sys::find_open(MOST.max(first)..end, &mut open);
    open
}

/// Every open descriptor is below this.
fn end(proc_self: &ProcSelf) -> RawFd {
    let table = proc_self.descriptor_table.and_then(|size| RawFd::try_from(size).ok());
    table.unwrap_or_else(sys::descriptor_limit)
}

/// Those of the standard descriptors that lead to one file: bit n is descriptor n.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StandardDescriptors(u8);

impl StandardDescriptors {
    pub(crate) fn of(bits: u8) -> Self {
        Self(bits)
    }

    /// Makes them lead to a file. `dup2` clears close-on-exec, so the daemon's children have it
    /// too.
    pub(crate) fn replace(self, file: BorrowedFd<'_>) -> sys::Answer<()> {
        for descriptor in
            (STDIN_FILENO..=STDERR_FILENO).filter(|descriptor| self.0 & 1 << descriptor != 0)
        {
            persist(|| sys::duplicate_onto(file, descriptor))?;
        }
        Ok(())
    }

    /// Writes a line that says what is lost, if nothing could go wrong by it. Async-signal-safe.
    #[inline]
    pub(crate) fn write_line(self, pieces: [&[u8]; 3]) {
        let first = self.0.trailing_zeros().cast_signed();
        // A file that has reached its size would be a deadly signal.
        if !sys::is_file_size_limited() {
            sys::write_pieces(first, pieces);
        }
    }
}
