//! The listener of a seccomp filter, which answers system calls.

use std::ffi::CStr;
use std::fs::File;
use std::io;
use std::mem;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::os::unix::fs::FileExt;
use std::time::Duration;

use nix::errno::Errno;
use nix::libc::{self, c_long};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::unistd::Pid;
use tests::process::Process;

use crate::calls::Call;
use crate::numbers::canonical;

/// Receives the calls of all processes under one filter.
///
/// The calls wait while it is open and fail when it is closed. It must outlive the processes.
#[derive(Debug)]
pub(crate) struct Listener(OwnedFd);

/// A call that waits for its answer.
#[derive(Debug)]
pub(crate) struct Notice {
    id: u64,
    pub(crate) process: Process,
    pub(crate) call: Call,
}

/// The result of waiting for a call.
#[derive(Debug)]
pub(crate) enum Next {
    /// A call.
    Call(Notice),
    /// No call came in time.
    Nothing,
    /// No process is left.
    Over,
}

/// The answer to a call.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Answer {
    /// The kernel makes the call.
    Make,
    /// The call has no effect and fails with this error.
    Fail(i32),
    /// The call has no effect and returns this value.
    Return(i64),
}

/// The constant in `libc` is wider than its field.
#[expect(clippy::cast_possible_truncation, reason = "it is one bit")]
const MAKE_IT: u32 = libc::SECCOMP_USER_NOTIF_FLAG_CONTINUE as u32;

mod ioctl {
    use nix::libc::{seccomp_notif, seccomp_notif_resp};

    nix::ioctl_readwrite!(receive, b'!', 0, seccomp_notif);
    nix::ioctl_readwrite!(send, b'!', 1, seccomp_notif_resp);
    nix::ioctl_write_ptr!(is_valid, b'!', 2, u64);
}

impl Listener {
    pub(crate) fn new(descriptor: OwnedFd) -> Self {
        Self(descriptor)
    }

    /// Waits for the next call, but not longer than this.
    pub(crate) fn next(&self, patience: Duration) -> Next {
        let limit = PollTimeout::try_from(patience).expect("patience is short");
        loop {
            let mut question = [PollFd::new(self.0.as_fd(), PollFlags::POLLIN)];
            match poll(&mut question, limit) {
                Err(Errno::EINTR) => continue,
                answered => answered.expect("the listener can be asked"),
            };
            match question[0].revents() {
                Some(events) if events.contains(PollFlags::POLLIN) => {}
                Some(events) if events.is_empty() => return Next::Nothing,
                _ => return Next::Over,
            }
            if let Some(notice) = self.receive() {
                return Next::Call(notice);
            }
        }
    }

    /// The waiting call; `None` if its process has been killed meanwhile.
    fn receive(&self) -> Option<Notice> {
        // SAFETY: the structure consists of integers. The kernel requires them to be zero.
        let mut notice: libc::seccomp_notif = unsafe { mem::zeroed() };
        // SAFETY: the kernel fills the local structure. The request's number contains its size.
        match unsafe { ioctl::receive(self.0.as_raw_fd(), &raw mut notice) } {
            Err(Errno::ENOENT | Errno::EINTR) => return None,
            received => received.expect("a call can be received"),
        };
        let arguments = notice.data.args;
        let call = Call { number: canonical(notice.data.nr.into(), arguments), arguments };
        Some(Notice {
            id: notice.id,
            process: Process(Pid::from_raw(notice.pid.cast_signed())),
            call,
        })
    }

    /// Whether a call still waits for its answer. It does not after its process was killed or a
    /// signal has restarted the call.
    pub(crate) fn has_waiting(&self, notice: &Notice) -> bool {
        // SAFETY: the kernel reads the number in `notice`.
        unsafe { ioctl::is_valid(self.0.as_raw_fd(), &raw const notice.id) }.is_ok()
    }

    /// Answers a call, unless its process has been killed meanwhile.
    pub(crate) fn answer(&self, notice: &Notice, answer: Answer) {
        let (val, error, flags) = match answer {
            Answer::Make => (0, 0, MAKE_IT),
            Answer::Fail(error) => (0, -error, 0),
            Answer::Return(value) => (value, 0, 0),
        };
        let mut response = libc::seccomp_notif_resp { id: notice.id, val, error, flags };
        // SAFETY: the kernel reads the local structure. The request's number contains its size.
        match unsafe { ioctl::send(self.0.as_raw_fd(), &raw mut response) } {
            Err(Errno::ENOENT) => {}
            sent => assert!(sent.is_ok(), "a call cannot be answered: {sent:?}"),
        }
    }
}

impl Notice {
    /// Whether the call opens this path.
    pub(crate) fn opens(&self, path: &CStr) -> bool {
        let mut bytes = vec![0; path.count_bytes() + 1];
        self.call.path().is_some_and(|address| {
            self.read(address, &mut bytes).is_ok() && bytes == path.to_bytes_with_nul()
        })
    }

    /// Whether the call is a long sleep, which only a body makes.
    pub(crate) fn sleeps_long(&self) -> bool {
        const LONG: c_long = 100;
        let mut seconds = [0; size_of::<c_long>()];
        self.call.sleep().is_some_and(|time| {
            self.read(time, &mut seconds).is_ok() && c_long::from_ne_bytes(seconds) > LONG
        })
    }

    fn read(&self, address: u64, bytes: &mut [u8]) -> io::Result<()> {
        File::open(format!("/proc/{}/mem", self.process.0))?.read_exact_at(bytes, address)
    }
}
