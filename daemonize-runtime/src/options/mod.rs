//! What may be given: plain data, and what users write for it.

mod restart;
mod side;
mod values;

use std::path::PathBuf;

pub(crate) use restart::Policy;
pub use restart::{Restart, RestartValue};
pub use side::Side;
pub(crate) use values::{Account, Choice};
pub use values::{AccountValue, PathOrSwitch, PathValue};

use crate::error::program_name;

/// Every option, as it was given.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own")]
pub(crate) struct Options {
    pub(crate) redirect: Option<PathBuf>,
    pub(crate) stdin: Option<PathBuf>,
    pub(crate) stdout: Option<PathBuf>,
    pub(crate) stderr: Option<PathBuf>,
    pub(crate) close_fd: bool,
    pub(crate) chdir: Choice,
    pub(crate) pid_file: Choice,
    pub(crate) umask: Option<u32>,
    pub(crate) user: Option<Account>,
    pub(crate) group: Option<Account>,
    pub(crate) chroot: Option<PathBuf>,
    pub(crate) close_inherited: bool,
    pub(crate) when: Option<bool>,
    pub(crate) wait_ready: bool,
    pub(crate) reopen: bool,
    pub(crate) restart: Option<Restart>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            redirect: None,
            stdin: None,
            stdout: None,
            stderr: None,
            close_fd: true,
            chdir: Choice::Default,
            pid_file: Choice::Default,
            umask: None,
            user: None,
            group: None,
            chroot: None,
            close_inherited: true,
            when: None,
            wait_ready: false,
            reopen: false,
            restart: None,
        }
    }
}

/// `<program>.pid`, in the start directory since it is relative.
pub(crate) fn default_pid_file() -> PathBuf {
    program_name().unwrap_or_else(|| "daemon".into()).with_extension("pid")
}
