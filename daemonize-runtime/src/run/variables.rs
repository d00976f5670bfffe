//! Variables by which a manager means the process that it has executed. See `sd_listen_fds(3)` and
//! `sd_watchdog_enabled(3)`.

use std::env;

use nix::unistd::{Pid, getpid};

use crate::sys::{self, OnlyThread};

/// The process that the passed descriptors are for.
pub(crate) const LISTEN_PID: &str = "LISTEN_PID";

/// The process that the watchdog wants to hear from.
pub(crate) const WATCHDOG_PID: &str = "WATCHDOG_PID";

/// Has a variable that names the process which this one takes the place of name this one.
pub(crate) fn take_over(variable: &str, from: Pid, only_thread: &OnlyThread) {
    if env::var_os(variable).is_none_or(|named| named != *from.to_string()) {
        return;
    }
    sys::set_variable(variable, &getpid().to_string(), only_thread);
    if variable == LISTEN_PID {
        // It says the same in another way, which cannot be had without the descriptor.
        sys::remove_variable("LISTEN_PIDFDID", only_thread);
    }
}
