//! Whole messages over a socket. Not by `Read` and `Write` of std, whose code for errors that a
//! socket cannot have is several times larger.

use std::ffi::OsStr;
use std::mem::{MaybeUninit, offset_of};
use std::os::fd::{AsRawFd, BorrowedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::{UnixDatagram, UnixStream};

use super::{Answer, Errno, errno_of};

/// No deadly signal where nobody reads: on Apple's systems [`send`] says so for the socket.
#[cfg(not(target_vendor = "apple"))]
pub(super) const FLAGS: i32 = libc::MSG_NOSIGNAL;
#[cfg(target_vendor = "apple")]
pub(super) const FLAGS: i32 = 0;

/// Sends a message.
#[inline(never)]
pub(crate) fn send(socket: BorrowedFd<'_>, mut message: &[u8]) -> Answer<()> {
    #[cfg(target_vendor = "apple")]
    send_without_signal(socket);
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

/// Switches SIGPIPE off for a socket, which std does for some sockets and not for pairs.
#[cfg(target_vendor = "apple")]
fn send_without_signal(socket: BorrowedFd<'_>) {
    let (option, yes): (_, libc::c_int) = (libc::SO_NOSIGPIPE, 1);
    let size = size_of::<libc::c_int>().try_into().unwrap_or_default();
    let (socket, yes) = (socket.as_raw_fd(), &raw const yes);
    // SAFETY: the descriptor is open, and the value lives through the call and has this size.
    unsafe { libc::setsockopt(socket, libc::SOL_SOCKET, option, yes.cast(), size) };
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

/// Shuts the sending direction down.
pub(crate) fn end_sending(socket: &UnixStream) -> Answer<()> {
    // SAFETY: the descriptor is open, and no memory is touched.
    Errno::result(unsafe { libc::shutdown(socket.as_raw_fd(), libc::SHUT_WR) }).map(drop)
}

/// Receives one datagram that has come; its length.
pub(crate) fn receive_datagram(socket: &UnixDatagram, message: &mut [u8]) -> Answer<usize> {
    // SAFETY: the descriptor is open, and pointer and length belong to one slice that is ours.
    let received =
        unsafe { libc::recv(socket.as_raw_fd(), message.as_mut_ptr().cast(), message.len(), 0) };
    usize::try_from(Errno::result(received)?).map_err(|_| Errno::EIO)
}

/// A socket for datagrams to this address: a path, or an abstract name behind `@`, which only Linux
/// has.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the types differ from platform to platform"
)]
pub(crate) fn connect_datagram(address: &OsStr) -> Answer<UnixDatagram> {
    let text = address.as_bytes();
    let mut address = MaybeUninit::<libc::sockaddr_un>::zeroed();
    // SAFETY: all-zero is a valid address.
    let address = unsafe { address.assume_init_mut() };
    let is_abstract = text.starts_with(b"@");
    // A path has a NUL behind it, and an abstract name has one in front, in place of the `@`.
    if text.len() + usize::from(!is_abstract) > address.sun_path.len() {
        return Err(Errno::ENAMETOOLONG);
    }
    address.sun_family = libc::AF_UNIX as _;
    for (place, &byte) in address.sun_path.iter_mut().zip(text) {
        *place = byte.cast_signed() as _;
    }
    let mut length = offset_of!(libc::sockaddr_un, sun_path) + text.len();
    if is_abstract {
        address.sun_path[0] = 0;
    } else {
        length += 1;
    }
    let socket = UnixDatagram::unbound().map_err(errno_of)?;
    let length = length.try_into().map_err(|_| Errno::EINVAL)?;
    // SAFETY: the descriptor is open, and the address is ours and of this length.
    let connected =
        unsafe { libc::connect(socket.as_raw_fd(), (&raw const *address).cast(), length) };
    Errno::result(connected).map(|_| socket)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::os::fd::AsFd;
    use std::os::linux::net::SocketAddrExt;
    use std::os::unix::net::SocketAddr;

    use super::*;

    #[test]
    fn addresses_of_any_length_are_spoken_to() {
        let room = 108;
        for length in [20, room - 1] {
            let name = format!("{:0length$}", std::process::id());
            let address = SocketAddr::from_abstract_name(&name).expect("an address");
            let manager = UnixDatagram::bind_addr(&address).expect("a socket");
            let socket = connect_datagram(OsStr::new(&format!("@{name}"))).expect("a socket");
            send(socket.as_fd(), b"READY=1").expect("somebody listens");
            assert_eq!(manager.recv(&mut [0; 8]).expect("a message"), 7);
        }
        for too_long in [format!("@{:room$}", 0), format!("/{:01$}", 0, room - 1)] {
            let refused = connect_datagram(OsStr::new(&too_long)).map(drop);
            assert_eq!(refused, Err(Errno::ENAMETOOLONG));
        }
    }
}
