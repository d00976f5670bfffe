//! Whole messages over a stream socket. Not by `Read` and `Write` of std, whose code for errors that
//! a socket cannot have is several times larger.

use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;

use super::{Answer, Errno};

/// No deadly signal where nobody reads: on Apple's systems std has said so for the socket.
#[cfg(not(target_vendor = "apple"))]
const FLAGS: i32 = libc::MSG_NOSIGNAL;
#[cfg(target_vendor = "apple")]
const FLAGS: i32 = 0;

/// Sends a message.
pub(crate) fn send(socket: &UnixStream, mut message: &[u8]) -> Answer<()> {
    while !message.is_empty() {
        // SAFETY: the descriptor is open, and pointer and length belong to one slice.
        let sent = unsafe {
            libc::send(socket.as_raw_fd(), message.as_ptr().cast(), message.len(), FLAGS)
        };
        match usize::try_from(sent).ok().and_then(|sent| message.get(sent..)) {
            Some(rest) => message = rest,
            None if Errno::last() == Errno::EINTR => {}
            None => return Err(Errno::last()),
        }
    }
    Ok(())
}

/// Receives a message of this length; whether it has come before the end of the stream.
pub(crate) fn receive(socket: &UnixStream, message: &mut [u8]) -> Answer<bool> {
    let mut length = 0;
    while let Some(rest @ [_, ..]) = message.get_mut(length..) {
        // SAFETY: the descriptor is open, and pointer and length belong to one slice that is ours.
        let received =
            unsafe { libc::recv(socket.as_raw_fd(), rest.as_mut_ptr().cast(), rest.len(), 0) };
        match usize::try_from(received) {
            Ok(0) => return Ok(false),
            Ok(received) => length += received,
            Err(_) if Errno::last() == Errno::EINTR => {}
            Err(_) => return Err(Errno::last()),
        }
    }
    Ok(true)
}

/// Ends what this end has to say.
pub(crate) fn end_sending(socket: &UnixStream) -> Answer<()> {
    // SAFETY: the descriptor is open, and no memory is touched.
    Errno::result(unsafe { libc::shutdown(socket.as_raw_fd(), libc::SHUT_WR) }).map(drop)
}
