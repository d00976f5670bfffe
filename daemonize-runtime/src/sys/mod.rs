//! The calls that Rust cannot check, and what differs between platforms. The only `unsafe` code of
//! the crate is here.

#![allow(unsafe_code)]
#![allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "a set of signals is small on some platforms and large on others"
)]

mod accounts;
mod action;
mod clock;
mod descriptors;
mod errno;
mod event_loops;
mod files;
mod groups;
mod ids;
mod locks;
mod memory;
mod opening;
mod passing;
mod pid;
mod processes;
mod requests;
mod shared;
mod signal;
mod signal_queue;
mod signals;
mod sockets;
mod threads;
mod time;
mod waiting;

pub(crate) mod proc;

pub(crate) use accounts::*;
pub(crate) use action::*;
pub(crate) use clock::*;
pub(crate) use descriptors::*;
pub(crate) use errno::*;
pub(crate) use event_loops::*;
pub(crate) use files::*;
pub(crate) use groups::*;
pub(crate) use ids::*;
pub(crate) use locks::*;
pub(crate) use memory::*;
pub(crate) use opening::*;
pub(crate) use passing::*;
pub(crate) use pid::*;
pub(crate) use processes::*;
pub(crate) use requests::*;
pub(crate) use shared::*;
pub(crate) use signal::*;
pub(crate) use signal_queue::*;
pub(crate) use signals::*;
pub(crate) use sockets::*;
pub(crate) use threads::*;
pub(crate) use time::*;
pub(crate) use waiting::*;

use std::ffi::{CString, OsStr};
use std::os::unix::ffi::OsStrExt;

/// A name or a path for the kernel.
#[inline(never)]
pub(crate) fn c_string(text: impl AsRef<OsStr>) -> Answer<CString> {
    CString::new(text.as_ref().as_bytes()).map_err(|_| Errno::EINVAL)
}

/// Repeats a call that a signal has interrupted.
pub(crate) fn retry_interrupted<T>(mut call: impl FnMut() -> Answer<T>) -> Answer<T> {
    loop {
        match call() {
            Err(Errno::EINTR) => {}
            result => return result,
        }
    }
}

/// Repeats a call that a signal has interrupted, and gives one that was refused two more chances:
/// what the processes of a start owe each other is not lost by a single refusal.
pub(crate) fn persist<T>(mut call: impl FnMut() -> Answer<T>) -> Answer<T> {
    let mut chances = 2;
    loop {
        match call() {
            Err(Errno::EINTR) => {}
            Err(_) if chances > 0 => chances -= 1,
            result => return result,
        }
    }
}
