//! Starts a command under a filter, so that its system calls wait for answers from this process.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the kernel's constants fit its fields"
)]

use std::io;
use std::os::fd::{AsRawFd, RawFd};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command};

use nix::errno::Errno;
use nix::libc::{self, sock_filter};
use nix::sys::prctl::set_no_new_privs;

use crate::handover;
use crate::listener::Listener;

/// Executes a command whose process, with all its descendants, waits for answers from the listener.
///
/// # Errors
///
/// When the kernel refuses the filter: it is older than Linux 5.9, or built without filters, or a
/// container forbids them, or somebody else listens already.
pub(crate) fn spawn(mut command: Command) -> io::Result<(Child, Listener)> {
    let (here, there) = UnixStream::pair()?;
    let socket = there.as_raw_fd();
    let enter = move || {
        set_no_new_privs()?;
        let listener = install()?;
        handover::send(listener, socket)
    };
    // SAFETY: between fork and exec, `enter` makes system calls and nothing else; it neither
    // allocates nor locks.
    unsafe { command.pre_exec(enter) };
    let child = command.spawn()?;
    let listener =
        handover::receive(&here)?.expect("the listener was sent before the program was executed");
    Ok((child, Listener::new(listener)))
}

/// Every call waits for an answer, except the two that a process makes before somebody can answer:
/// it sends the listener, and executes the program. A start makes neither.
const FILTER: [sock_filter; 5] = [
    // The number of the call is the first field of what a filter sees.
    sock_filter { code: (libc::BPF_LD | libc::BPF_W | libc::BPF_ABS) as u16, jt: 0, jf: 0, k: 0 },
    jump_if_equal(libc::SYS_sendmsg, 2),
    jump_if_equal(libc::SYS_execve, 1),
    answer(libc::SECCOMP_RET_USER_NOTIF),
    answer(libc::SECCOMP_RET_ALLOW),
];

const fn jump_if_equal(call: libc::c_long, distance: u8) -> sock_filter {
    sock_filter {
        code: (libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K) as u16,
        jt: distance,
        jf: 0,
        k: call as u32,
    }
}

const fn answer(action: u32) -> sock_filter {
    sock_filter { code: (libc::BPF_RET | libc::BPF_K) as u16, jt: 0, jf: 0, k: action }
}

/// Puts this process under the filter and returns the listener, which closes on exec.
fn install() -> nix::Result<RawFd> {
    let program = libc::sock_fprog { len: FILTER.len() as u16, filter: FILTER.as_ptr().cast_mut() };
    let (mode, flags) = (libc::SECCOMP_SET_MODE_FILTER, libc::SECCOMP_FILTER_FLAG_NEW_LISTENER);
    // SAFETY: the kernel copies the filter, of which `program` tells address and length, and
    // changes nothing.
    let listener = unsafe { libc::syscall(libc::SYS_seccomp, mode, flags, &raw const program) };
    Errno::result(listener).map(|listener| listener as RawFd)
}
