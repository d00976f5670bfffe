//! Hands a descriptor from process to process, over a socket.
//!
//! Both ends work on the stack: under the filter a process that allocates may wait for ever.

use std::io;
use std::mem;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::net::UnixStream;

use nix::errno::Errno;
use nix::libc::{self, msghdr};

/// The bytes of the one descriptor in a message.
const LENGTH: libc::c_uint = RawFd::BITS / 8;

/// Lets `act` send or receive a message of one byte with room for one descriptor.
fn with_message<T>(act: impl FnOnce(&mut msghdr) -> T) -> T {
    let mut byte = 0_u8;
    let mut data = libc::iovec { iov_base: (&raw mut byte).cast(), iov_len: 1 };
    // More than a header and a descriptor need, and aligned for both.
    let mut control = [0_usize; 8];
    // SAFETY: all-zero is a valid message: it has neither address nor data.
    let mut message: msghdr = unsafe { mem::zeroed() };
    message.msg_iov = &raw mut data;
    message.msg_iovlen = 1;
    message.msg_control = control.as_mut_ptr().cast();
    // SAFETY: the macro computes a number.
    message.msg_controllen = unsafe { libc::CMSG_SPACE(LENGTH) } as _;
    act(&mut message)
}

/// Sends a descriptor.
pub(crate) fn send(descriptor: RawFd, socket: RawFd) -> io::Result<()> {
    let sent = with_message(|message| {
        // SAFETY: the message has room for the header and the descriptor, and all that it points to
        // outlives the call.
        unsafe {
            let header = libc::CMSG_FIRSTHDR(message);
            (*header).cmsg_level = libc::SOL_SOCKET;
            (*header).cmsg_type = libc::SCM_RIGHTS;
            (*header).cmsg_len = libc::CMSG_LEN(LENGTH) as _;
            libc::CMSG_DATA(header).cast::<RawFd>().write_unaligned(descriptor);
            // This call and no other is let through: on some platforms the C library has one for
            // all that is done with sockets.
            libc::syscall(libc::SYS_sendmsg, socket, &raw const *message, 0)
        }
    });
    Errno::result(sent)?;
    Ok(())
}

/// Receives a descriptor; `None` when the message that came has none.
pub(crate) fn receive(socket: &UnixStream) -> io::Result<Option<OwnedFd>> {
    with_message(|message| {
        // SAFETY: the kernel writes into the memory that the message points to, which outlives the
        // call.
        Errno::result(unsafe {
            libc::recvmsg(socket.as_raw_fd(), message, libc::MSG_CMSG_CLOEXEC)
        })?;
        // SAFETY: the kernel has told in the message how much it wrote, and the macro looks no
        // farther.
        let Some(header) = (unsafe { libc::CMSG_FIRSTHDR(message).as_ref() }) else {
            return Ok(None);
        };
        if (header.cmsg_level, header.cmsg_type) != (libc::SOL_SOCKET, libc::SCM_RIGHTS) {
            return Ok(None);
        }
        // SAFETY: a header of this type is followed by a descriptor, which is new here and which
        // nobody else knows.
        Ok(Some(unsafe {
            OwnedFd::from_raw_fd(libc::CMSG_DATA(header).cast::<RawFd>().read_unaligned())
        }))
    })
}
