//! Variables by which a manager means the process that it has executed. See `sd_listen_fds(3)` and
//! `sd_watchdog_enabled(3)`.

use std::env;
use std::ffi::{CStr, OsStr};
use std::os::unix::ffi::OsStrExt;

use crate::sys::proc::Digits;
use crate::sys::{self, OnlyThread, Pid, getpid};

/// The process that the passed descriptors are for.
pub(crate) const LISTEN_PID: &CStr = c"LISTEN_PID";

/// The process that the watchdog wants to hear from.
pub(crate) const WATCHDOG_PID: &CStr = c"WATCHDOG_PID";

/// Whether there is such a variable.
pub(crate) fn is_set(variable: &CStr) -> bool {
    env::var_os(OsStr::from_bytes(variable.to_bytes())).is_some()
}

/// Whether the value of a variable is this number and nothing else, as a manager writes it.
pub(crate) fn is_number(value: &OsStr, mut number: u32) -> bool {
    let mut digits = value.as_bytes();
    while let [before @ .., digit] = digits {
        if u32::from(digit.wrapping_sub(b'0')) != number % 10 {
            return false;
        }
        (digits, number) = (before, number / 10);
        if number == 0 {
            return digits.is_empty();
        }
    }
    false
}

/// If a variable names the process that this one replaces, it names this one from now on.
pub(crate) fn take_over(variable: &CStr, from: Pid, only_thread: &OnlyThread) {
    let named = env::var_os(OsStr::from_bytes(variable.to_bytes()));
    if named.is_none_or(|named| !is_number(&named, from.as_raw().unsigned_abs())) {
        return;
    }
    let own = Digits::of(getpid().as_raw().unsigned_abs());
    sys::set_variable(variable, own.as_c_str(), only_thread);
    if variable == LISTEN_PID {
        // It says the same in another way, which cannot be had without the descriptor.
        sys::remove_variable(c"LISTEN_PIDFDID", only_thread);
    }
}
