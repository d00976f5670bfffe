//! Descriptors that travel with a message.

use std::os::fd::{AsRawFd, BorrowedFd};
use std::os::unix::net::UnixDatagram;

use super::sockets::FLAGS;
use super::{Answer, Errno};

/// Sends a message and copies of descriptors, as the socket's own `send` does without them. See
/// unix(7).
#[inline]
pub(crate) fn send_with_descriptors(
    socket: &UnixDatagram,
    message: &[u8],
    descriptors: &[BorrowedFd<'_>],
) -> Answer<()> {
    let length = libc::c_uint::try_from(size_of_val(descriptors)).map_err(|_| Errno::EINVAL)?;
    // SAFETY: this only counts.
    let space = unsafe { libc::CMSG_SPACE(length) };
    // In units that a header can stand at.
    let mut rights = vec![0_u64; (space as usize).div_ceil(size_of::<u64>())];
    let mut text =
        libc::iovec { iov_base: message.as_ptr().cast_mut().cast(), iov_len: message.len() };
    // SAFETY: the room for rights is as large as was counted, aligned and zeroed, so there is a
    // first header in it with room for the numbers behind. A borrowed descriptor is laid out as its
    // number. The kernel writes to none of it.
    let sent = unsafe {
        let mut header: libc::msghdr = std::mem::zeroed();
        header.msg_iov = &raw mut text;
        header.msg_iovlen = 1;
        header.msg_control = rights.as_mut_ptr().cast();
        header.msg_controllen = space as _;
        let part = libc::CMSG_FIRSTHDR(&raw const header);
        (*part).cmsg_level = libc::SOL_SOCKET;
        (*part).cmsg_type = libc::SCM_RIGHTS;
        (*part).cmsg_len = libc::CMSG_LEN(length) as _;
        let numbers = descriptors.as_ptr().cast();
        std::ptr::copy_nonoverlapping(numbers, libc::CMSG_DATA(part), length as usize);
        libc::sendmsg(socket.as_raw_fd(), &raw const header, FLAGS)
    };
    Errno::result(sent).map(drop)
}
