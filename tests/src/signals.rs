//! Sets of signals.

use nix::sys::signal::Signal;

/// The standard signals in a set of `/proc/PID/status`. The C library reserves others for itself.
pub const STANDARD: u64 = 0x7fff_ffff;

/// The bit of a signal in a set of `/proc/PID/status`.
#[must_use]
pub fn bit(signal: Signal) -> u64 {
    1 << (signal as i32 - 1)
}

/// The signals that a process can handle, ignore or block.
pub fn catchable() -> impl Iterator<Item = Signal> {
    Signal::iterator().filter(|signal| ![Signal::SIGKILL, Signal::SIGSTOP].contains(signal))
}
