//! The `sd_notify(3)` protocol: one datagram a state, errors ignored. A crate would do, but those
//! at hand read the environment each time, from which the variable is gone when the last state is
//! due.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::sync::OnceLock;

use nix::unistd::{Pid, getpid};

use crate::sys;

/// A service manager that waits for readiness.
#[derive(Debug)]
pub(crate) struct Manager(SocketAddr);

static STOPPING: OnceLock<(Pid, Manager)> = OnceLock::new();

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

    /// Says that the program is up, and has it said at exit that it goes.
    pub(crate) fn ready(self) {
        self.send("READY=1");
        // Without it the manager learns of the end when it comes.
        if sys::at_exit(say_stopping).is_ok() {
            let _ = STOPPING.set((getpid(), self));
        }
    }

    fn send(&self, state: &str) {
        let _ = UnixDatagram::unbound()
            .and_then(|socket| socket.send_to_addr(state.as_bytes(), &self.0));
    }
}

extern "C" fn say_stopping() {
    // Forked children run this handler too.
    if let Some((owner, manager)) = STOPPING.get()
        && *owner == getpid()
    {
        manager.send("STOPPING=1");
    }
}
