//! The rule that makes forking sound: one thread. Of several, only the calling one survives a fork,
//! and the locks of the others stay locked for ever.

use crate::error::{Error, Kind};
use crate::proc_self::ProcSelf;
use crate::sys;

/// The proof that this process has one thread.
#[derive(Debug)]
pub(crate) struct OnlyThread(());

impl OnlyThread {
    /// Refuses when there are more. Where nobody can tell, the call is taken at its word: it stands
    /// first in `main`.
    pub(crate) fn check(proc_self: &ProcSelf) -> Result<Self, Error> {
        let threads = proc_self.threads;
        match threads.map(|count| count == 1).or_else(sys::is_single_threaded) {
            Some(false) => Err(Kind::Threads(threads).into()),
            Some(true) | None => Ok(Self(())),
        }
    }
}
