//! What a start needs of a system without `fork`.

#![allow(unsafe_code, reason = "the same interface as elsewhere")]

/// No process is copied, so nobody needs to count threads.
#[derive(Debug)]
pub(crate) struct OnlyThread;

impl OnlyThread {
    /// # Safety
    ///
    /// None here.
    pub(crate) unsafe fn vouched_for() -> Self {
        Self
    }
}
