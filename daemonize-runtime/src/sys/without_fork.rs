//! What the start is given of the system where there is no `fork`.

#![allow(unsafe_code, reason = "the same interface as elsewhere")]

/// That nobody needs to count threads where no process is copied.
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
