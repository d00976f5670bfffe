//! The `sd_notify(3)` protocol: one datagram a state, errors ignored. A crate would do, but those
//! at hand read the environment each time, from which the variable is gone when the last state is
//! due.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};

use crate::sys;

/// A service manager that waits for readiness.
#[derive(Debug)]
pub(crate) struct Manager(SocketAddr);

impl Manager {
    /// The manager behind the value of `NOTIFY_SOCKET`: a path, or an abstract name behind `@`.
    /// Others are not spoken to, such as sockets of virtual machines.
    pub(crate) fn at(socket: &OsStr) -> Option<Self> {
        match socket.as_bytes() {
            [b'/', ..] => SocketAddr::from_pathname(socket).ok().map(Self),
            [b'@', name @ ..] => sys::abstract_address(name).map(Self),
            _ => None,
        }
    }

    pub(crate) fn send(&self, state: &str) {
        let _ = UnixDatagram::unbound()
            .and_then(|socket| socket.send_to_addr(state.as_bytes(), &self.0));
    }
}
