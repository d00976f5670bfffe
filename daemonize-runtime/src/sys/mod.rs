//! The calls that Rust cannot check, and what differs between platforms. The only `unsafe` code of
//! the crate is here.

#![allow(unsafe_code)]
#![allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "a set of signals is small on some platforms and large on others"
)]

mod clock;
mod descriptors;
mod event_loops;
mod files;
mod groups;
mod ids;
mod locks;
mod memory;
mod passing;
mod processes;
mod requests;
mod shared;
mod signal_queue;
mod signals;
mod threads;
mod time;

pub(crate) mod proc;

pub(crate) use clock::*;
pub(crate) use descriptors::*;
pub(crate) use event_loops::*;
pub(crate) use files::*;
pub(crate) use groups::*;
pub(crate) use ids::*;
pub(crate) use locks::*;
pub(crate) use memory::*;
pub(crate) use passing::*;
pub(crate) use processes::*;
pub(crate) use requests::*;
pub(crate) use shared::*;
pub(crate) use signal_queue::*;
pub(crate) use signals::*;
pub(crate) use threads::*;
pub(crate) use time::*;

use nix::errno::Errno;

/// Repeats a call that a signal has interrupted.
pub(crate) fn retry_interrupted<T>(mut call: impl FnMut() -> nix::Result<T>) -> nix::Result<T> {
    loop {
        match call() {
            Err(Errno::EINTR) => {}
            result => return result,
        }
    }
}

/// Repeats a call that a signal has interrupted, and gives one that was refused two more chances:
/// what the processes of a start owe each other is not lost by a single refusal.
pub(crate) fn persist<T>(mut call: impl FnMut() -> nix::Result<T>) -> nix::Result<T> {
    for _ in 0..2 {
        if let Ok(answer) = retry_interrupted(&mut call) {
            return Ok(answer);
        }
    }
    retry_interrupted(call)
}
