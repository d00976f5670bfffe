//! The inherited descriptors: those from 3 up without close-on-exec. What the program opened itself
//! has it, because Rust sets it on everything that it opens.

use std::os::fd::RawFd;

use crate::sys;
use crate::sys::proc::ProcSelf;

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
