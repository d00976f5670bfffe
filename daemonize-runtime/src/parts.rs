//! What only some options need. The option's method brings its part, and the stages reach it
//! through this value alone, so that a program without the option is without its code.

use crate::ready::Readiness;
use crate::resources::log_rotation::FindLogs;
use crate::resources::privileges::Resolve;
use crate::resources::root::FindRoot;
use crate::supervise::Supervise;

#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Parts {
    /// Of `user` and `group`.
    pub(crate) resolve: Option<Resolve>,
    /// Of `chroot`.
    pub(crate) find_root: Option<FindRoot>,
    /// Of `reopen`.
    pub(crate) find_logs: Option<FindLogs>,
    /// Of `wait_ready`.
    pub(crate) readiness: Option<&'static Readiness>,
    /// Of `restart`.
    pub(crate) supervise: Option<Supervise>,
}
