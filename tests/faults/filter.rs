//! Starts a command under a seccomp filter, which makes its system calls wait for this process to
//! answer.

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

/// Executes a command. The listener answers the system calls of its process and all descendants.
///
/// # Errors
///
/// If the kernel refuses the filter: it is older than Linux 5.9 or built without filters, a
/// container forbids them, or there is another listener.
pub(crate) fn spawn(mut command: Command) -> io::Result<(Child, Listener)> {
    let (here, there) = UnixStream::pair()?;
    let socket = there.as_raw_fd();
    let enter = move || {
        set_no_new_privs()?;
        let listener = install()?;
        handover::send(listener, socket)
    };
    // SAFETY: between fork and exec, `enter` only makes system calls. It neither allocates nor
    // locks.
    unsafe { command.pre_exec(enter) };
    let child = command.spawn()?;
    let listener =
        handover::receive(&here)?.expect("the listener was sent before the program was executed");
    Ok((child, Listener::new(listener)))
}

/// Every call waits for an answer, except the two that the process makes before this one can
/// answer: it sends the listener and executes the program. A start makes neither call.
const FILTER: [sock_filter; 5] = [
    // The first field of `seccomp_data` is the number of the system call.
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

/// Puts this process under the filter. Returns the listener, which is close-on-exec.
fn install() -> nix::Result<RawFd> {
    let program = libc::sock_fprog { len: FILTER.len() as u16, filter: FILTER.as_ptr().cast_mut() };
    let (mode, flags) = (libc::SECCOMP_SET_MODE_FILTER, libc::SECCOMP_FILTER_FLAG_NEW_LISTENER);
    // SAFETY: `program` holds the filter's address and length, and the kernel only copies the
    // filter.
    let listener = unsafe { libc::syscall(libc::SYS_seccomp, mode, flags, &raw const program) };
    Errno::result(listener).map(|listener| listener as RawFd)
}
