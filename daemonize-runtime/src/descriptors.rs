//! The inherited descriptors: those from 3 up without close-on-exec. What the program opened itself has it, because
//! Rust sets it on everything that it opens.

use std::os::fd::RawFd;

use crate::proc_self::{self, ProcSelf};
use crate::sys;

/// How many numbers are looked at by one system call.
const AT_ONCE: RawFd = 1024;

/// All open descriptors from this one on.
pub(crate) fn open_from(first: RawFd) -> Vec<RawFd> {
    let end = ProcSelf::read().descriptor_table.and_then(|size| RawFd::try_from(size).ok());
    (first..end.unwrap_or_else(sys::descriptor_limit))
        .step_by(AT_ONCE as usize)
        .flat_map(|first| sys::open_among(first..first + AT_ONCE))
        .collect()
}

/// Finds the inherited descriptors. Must run before this crate opens anything.
///
/// The usual start has none, and then it costs one system call: the kernel counts three open descriptors, which are
/// the standard streams, since Rust opens those before `main`. Otherwise as many are looked for among all possible
/// numbers; that is faster than to list `/proc/self/fd`, and works without it.
pub(crate) fn inherited(proc_self: &ProcSelf) -> Vec<RawFd> {
    let mut missing = proc_self::open_descriptors().map_or(usize::MAX, |count| count.saturating_sub(3));
    let table = proc_self.descriptor_table.and_then(|size| RawFd::try_from(size).ok());
    let end = table.unwrap_or_else(sys::descriptor_limit);
    let mut inherited = Vec::new();
    let mut first = 3;
    while missing > 0 && first < end {
        let open = sys::open_among(first..end.min(first + AT_ONCE));
        missing = missing.saturating_sub(open.len());
        inherited.extend(open.into_iter().filter(|&descriptor| sys::is_inheritable(descriptor)));
        first += AT_ONCE;
    }
    inherited
}
