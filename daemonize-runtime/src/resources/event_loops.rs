//! Event loops that are open before a supervised start. A fork copies the descriptor and not the
//! loop. Every body would register its sockets in the same loop, and get events of a dead body's
//! sockets, with addresses from that body's memory.

use std::os::fd::RawFd;

use crate::error::{Error, Kind};
use crate::resources::descriptors::open_from;
use crate::sys;
use crate::sys::proc::ProcSelf;

/// Refuses an event loop that the bodies would share.
#[inline]
pub(crate) fn refuse_open(let_go_later: &[RawFd], proc_self: &ProcSelf) -> Result<(), Error> {
    let open = open_from(3, proc_self).into_iter();
    let mut stay = open.filter(|descriptor| !let_go_later.contains(descriptor));
    let found = stay.find_map(|descriptor| Some((descriptor, sys::event_loop(descriptor)?)));
    found.map_or(Ok(()), |(descriptor, kind)| Err(Kind::EventLoop(descriptor, kind).into()))
}
