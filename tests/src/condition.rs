//! Conditions under which a bot is executed, instead of in a clean process.

use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::sync::Arc;

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, fcntl};
use nix::libc;
use nix::sys::resource::{Resource, setrlimit};
use nix::sys::signal::{SigHandler, SigSet, SigmaskHow, Signal, signal, sigprocmask};
use nix::sys::stat::{Mode, umask};
use nix::unistd::{close, setsid};

use crate::signals;

/// Something that a program inherits when it is executed.
#[derive(Clone, Debug)]
pub enum Condition {
    /// A standard stream, by its number, is closed.
    Closed(i32),
    /// A signal is ignored.
    Ignored(Signal),
    /// Every signal is blocked.
    Blocked,
    /// The soft and the hard limit of a resource.
    Limited(Resource, u64),
    /// The file mode creation mask.
    Umask(Mode),
    /// This many duplicates of a descriptor are open, on the lowest free numbers from this one up.
    Open(Arc<OwnedFd>, usize, i32),
    /// The process leads a new session, whose controlling terminal is standard input.
    Terminal,
}

impl Condition {
    /// This many duplicates of an open file, on the lowest free numbers after the standard streams.
    #[must_use]
    pub fn open(file: impl Into<OwnedFd>, copies: usize) -> Self {
        Self::Open(Arc::new(file.into()), copies, 3)
    }
}

/// Makes a command begin in a clean process in which these conditions hold.
pub(crate) fn impose(command: &mut Command, conditions: &[Condition]) {
    let conditions = conditions.to_owned();
    let establish = move || {
        clean()?;
        conditions.iter().try_for_each(Condition::establish)
    };
    // SAFETY: between fork and exec, `establish` only makes system calls; it neither allocates nor
    // locks.
    unsafe { command.pre_exec(establish) };
}

/// Keeps the test process's descriptors, ignored signals and signal mask from the program.
fn clean() -> io::Result<()> {
    // SAFETY: the call changes a flag of descriptors and touches no memory. It does not close them,
    // because `Command` learns from one of them, a pipe, that the program could not be executed.
    let marked = unsafe {
        libc::syscall(libc::SYS_close_range, 3, libc::c_uint::MAX, libc::CLOSE_RANGE_CLOEXEC)
    };
    Errno::result(marked)?;
    signals::catchable().try_for_each(|signal| dispose(signal, SigHandler::SigDfl))?;
    sigprocmask(SigmaskHow::SIG_SETMASK, Some(&SigSet::empty()), None)?;
    Ok(())
}

fn dispose(of: Signal, handler: SigHandler) -> nix::Result<()> {
    // SAFETY: the callers pass `SigDfl` or `SigIgn`, so no handler of ours runs.
    unsafe { signal(of, handler) }.map(drop)
}

impl Condition {
    fn establish(&self) -> io::Result<()> {
        match self {
            Self::Closed(number) => close(*number)?,
            Self::Ignored(signal) => dispose(*signal, SigHandler::SigIgn)?,
            Self::Blocked => sigprocmask(SigmaskHow::SIG_SETMASK, Some(&SigSet::all()), None)?,
            Self::Limited(resource, limit) => {
                // A number that does not fit is no limit.
                #[allow(clippy::useless_conversion, reason = "narrower on some platforms")]
                let limit = (*limit).try_into().unwrap_or(libc::RLIM_INFINITY);
                setrlimit(*resource, limit, limit)?;
            }
            Self::Umask(mask) => drop(umask(*mask)),
            Self::Open(descriptor, copies, lowest) => {
                for _ in 0..*copies {
                    fcntl(descriptor, FcntlArg::F_DUPFD(*lowest))?;
                }
            }
            Self::Terminal => {
                setsid()?;
                control_terminal()?;
            }
        }
        Ok(())
    }
}

fn control_terminal() -> nix::Result<()> {
    // SAFETY: the call takes an integer, and touches no memory.
    let taken = unsafe { libc::ioctl(libc::STDIN_FILENO, libc::TIOCSCTTY, 0) };
    Errno::result(taken).map(drop)
}
