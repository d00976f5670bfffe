//! The end of a filter at which system calls are answered.

use std::ffi::CStr;
use std::fs::File;
use std::mem;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::os::unix::fs::FileExt;

use nix::errno::Errno;
use nix::libc;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::unistd::Pid;
use tests::wait::PATIENCE;

use crate::calls::Call;

/// Where the calls of all processes under one filter arrive.
///
/// While it is open they wait, and when it is closed they fail: it must outlive them.
#[derive(Debug)]
pub(crate) struct Listener(OwnedFd);

/// A call that waits for its answer.
#[derive(Debug)]
pub(crate) struct Notice {
    id: u64,
    pub(crate) process: Pid,
    pub(crate) call: Call,
    arguments: [u64; 6],
}

/// What becomes of a call.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Answer {
    /// It is made.
    Make,
    /// It is not made, and fails with this error.
    Fail(i32),
    /// It is not made, and returns this value.
    Return(i64),
}

/// The constant of `libc` is wider than the field that it belongs into.
#[expect(clippy::cast_possible_truncation, reason = "it is one bit")]
const MAKE_IT: u32 = libc::SECCOMP_USER_NOTIF_FLAG_CONTINUE as u32;

mod ioctl {
    use nix::libc::{seccomp_notif, seccomp_notif_resp};

    nix::ioctl_readwrite!(receive, b'!', 0, seccomp_notif);
    nix::ioctl_readwrite!(send, b'!', 1, seccomp_notif_resp);
}

impl Listener {
    pub(crate) fn new(descriptor: OwnedFd) -> Self {
        Self(descriptor)
    }

    /// Waits for the next call. `None` when no process is left that could make one, or none has
    /// made one for longer than anything may take.
    pub(crate) fn next(&self) -> Option<Notice> {
        loop {
            let mut question = [PollFd::new(self.0.as_fd(), PollFlags::POLLIN)];
            match poll(&mut question, PollTimeout::try_from(PATIENCE).expect("patience is short")) {
                Err(Errno::EINTR) => continue,
                answered => answered.expect("the listener can be asked"),
            };
            if !question[0].revents()?.contains(PollFlags::POLLIN) {
                return None;
            }
            if let Some(notice) = self.receive() {
                return Some(notice);
            }
        }
    }

    /// The call that waits; `None` when its process was killed meanwhile.
    fn receive(&self) -> Option<Notice> {
        // SAFETY: all-zero is a valid value of these integers, and the only one that the kernel
        // takes.
        let mut notice: libc::seccomp_notif = unsafe { mem::zeroed() };
        // SAFETY: the kernel fills a structure of ours, of the size that the number of the request
        // contains.
        match unsafe { ioctl::receive(self.0.as_raw_fd(), &raw mut notice) } {
            Err(Errno::ENOENT | Errno::EINTR) => return None,
            received => received.expect("a call can be received"),
        };
        let arguments = notice.data.args;
        let call = Call { number: notice.data.nr.into(), second_argument: arguments[1] };
        Some(Notice {
            id: notice.id,
            process: Pid::from_raw(notice.pid.cast_signed()),
            call,
            arguments,
        })
    }

    /// Answers a call. A process that was killed meanwhile needs no answer.
    pub(crate) fn answer(&self, notice: &Notice, answer: Answer) {
        let (val, error, flags) = match answer {
            Answer::Make => (0, 0, MAKE_IT),
            Answer::Fail(error) => (0, -error, 0),
            Answer::Return(value) => (value, 0, 0),
        };
        let mut response = libc::seccomp_notif_resp { id: notice.id, val, error, flags };
        // SAFETY: the kernel reads a structure of ours, of the size that the number of the request
        // contains.
        match unsafe { ioctl::send(self.0.as_raw_fd(), &raw mut response) } {
            Err(Errno::ENOENT) => {}
            sent => assert!(sent.is_ok(), "a call cannot be answered: {sent:?}"),
        }
    }
}

impl Notice {
    /// Whether one of the arguments where paths are passed is this one.
    pub(crate) fn names(&self, path: &CStr) -> bool {
        let Ok(memory) = File::open(format!("/proc/{}/mem", self.process)) else { return false };
        let mut bytes = vec![0; path.count_bytes() + 1];
        self.arguments[..2].iter().any(|&address| {
            memory.read_exact_at(&mut bytes, address).is_ok() && bytes == path.to_bytes_with_nul()
        })
    }
}
