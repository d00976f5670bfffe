//! Who is whose child.

use crate::process::{self, Process};

/// The children of a process, dead ones included.
#[must_use]
pub fn children(parent: Process) -> Vec<Process> {
    let is_child =
        |process: &Process| process.stat().is_some_and(|stat| stat.parent == parent.0.as_raw());
    process::all().into_iter().filter(is_child).collect()
}
