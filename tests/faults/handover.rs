//! Passes a descriptor from process to process over a socket.
//!
//! Both sides use the stack alone. Under the filter, a process that allocates may wait for ever.

use std::io;
use std::mem;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::net::UnixStream;

use nix::errno::Errno;
use nix::libc::{self, msghdr};

/// The size of the one descriptor in a message.
const LENGTH: libc::c_uint = RawFd::BITS / 8;

/// Calls `act` with a message that has one byte and space for one descriptor.
fn with_message<T>(act: impl FnOnce(&mut msghdr) -> T) -> T {
    let mut byte = 0_u8;
    let mut data = libc::iovec { iov_base: (&raw mut byte).cast(), iov_len: 1 };
    // Larger than a header and a descriptor, and aligned for both.
    let mut control = [0_usize; 8];
    // SAFETY: all zeros are a valid message, without address and data.
    let mut message: msghdr = unsafe { mem::zeroed() };
    message.msg_iov = &raw mut data;
    message.msg_iovlen = 1;
    message.msg_control = control.as_mut_ptr().cast();
    // SAFETY: the function only computes a number.
    message.msg_controllen = unsafe { libc::CMSG_SPACE(LENGTH) } as _;
    act(&mut message)
}

/// Sends a descriptor.
pub(crate) fn send(descriptor: RawFd, socket: RawFd) -> io::Result<()> {
    let sent = with_message(|message| {
        // SAFETY: the message has space for the header and the descriptor, and everything that it
        // points to outlives the call.
        unsafe {
            let header = libc::CMSG_FIRSTHDR(message);
            (*header).cmsg_level = libc::SOL_SOCKET;
            (*header).cmsg_type = libc::SCM_RIGHTS;
            (*header).cmsg_len = libc::CMSG_LEN(LENGTH) as _;
            libc::CMSG_DATA(header).cast::<RawFd>().write_unaligned(descriptor);
            // The filter lets this call pass. On some platforms the C library's function makes
            // another one, `socketcall`.
            libc::syscall(libc::SYS_sendmsg, socket, &raw const *message, 0)
        }
    });
    Errno::result(sent)?;
    Ok(())
}

/// Receives a descriptor; `None` if the message holds none.
pub(crate) fn receive(socket: &UnixStream) -> io::Result<Option<OwnedFd>> {
    with_message(|message| {
        // SAFETY: the kernel writes into the memory that the message points to, which outlives the
        // call.
        Errno::result(unsafe {
            libc::recvmsg(socket.as_raw_fd(), message, libc::MSG_CMSG_CLOEXEC)
        })?;
        // SAFETY: the kernel has set the length of what it wrote, and the function reads no more.
        let Some(header) = (unsafe { libc::CMSG_FIRSTHDR(message).as_ref() }) else {
            return Ok(None);
        };
        if (header.cmsg_level, header.cmsg_type) != (libc::SOL_SOCKET, libc::SCM_RIGHTS) {
            return Ok(None);
        }
        // SAFETY: a descriptor follows a header of this type. It is new and has no other owner.
        Ok(Some(unsafe {
            OwnedFd::from_raw_fd(libc::CMSG_DATA(header).cast::<RawFd>().read_unaligned())
        }))
    })
}
