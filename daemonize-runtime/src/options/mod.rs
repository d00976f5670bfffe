//! What may be given: plain data, and what users write for it.

mod accounts;
mod ending;
mod paths;
mod plain;
mod restart;
mod side;
mod signal;
mod streams;
mod times;

use std::path::PathBuf;

pub(crate) use accounts::Account;
pub use accounts::AccountValue;
#[cfg(unix)]
pub(crate) use ending::{Ending, KERNEL_PATIENCE, SUPERVISORS_SHARE};
pub(crate) use paths::Choice;
pub use paths::{PathOrSwitch, PathValue};
pub use plain::{MaskValue, SwitchValue};
pub(crate) use restart::Policy;
pub use restart::{Restart, RestartValue};
pub use side::Side;
pub use signal::SignalValue;
pub(crate) use signal::StopSignal;
pub(crate) use streams::StreamTarget;
pub use streams::StreamValue;
pub(crate) use times::{STOP_TIMEOUT, TimeLimit, Wait};
pub use times::{TimeValue, WaitValue};

use crate::error::program_name;

/// Every option, as it was given.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own")]
pub(crate) struct Options {
    pub(crate) redirect: Option<StreamTarget>,
    pub(crate) stdin: Option<StreamTarget>,
    pub(crate) stdout: Option<StreamTarget>,
    pub(crate) stderr: Option<StreamTarget>,
    pub(crate) close_fd: bool,
    pub(crate) chdir: Choice,
    pub(crate) pid_file: Choice,
    pub(crate) create_dirs: bool,
    pub(crate) umask: Option<u32>,
    pub(crate) user: Option<Account>,
    pub(crate) group: Option<Account>,
    pub(crate) chroot: Option<PathBuf>,
    pub(crate) close_inherited: bool,
    pub(crate) when: Option<bool>,
    pub(crate) wait_ready: Wait,
    pub(crate) reopen: bool,
    pub(crate) restart: Option<Restart>,
    pub(crate) stop_timeout: Option<TimeLimit>,
    pub(crate) stop_signal: Option<StopSignal>,
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
            create_dirs: false,
            umask: None,
            user: None,
            group: None,
            chroot: None,
            close_inherited: true,
            when: None,
            wait_ready: Wait::No,
            reopen: false,
            restart: None,
            stop_timeout: None,
            stop_signal: None,
        }
    }
}

/// `<program>.pid`. It is relative, so it is in the start directory.
pub(crate) fn default_pid_file() -> PathBuf {
    let program = program_name().unwrap_or_else(|| "daemon".into());
    let mut name = program.file_stem().unwrap_or_default().to_owned();
    name.push(".pid");
    name.into()
}

#[cfg(unix)]
impl Options {
    /// The descriptors of the files that the program has opened for its streams.
    pub(crate) fn given_descriptors(&self) -> Vec<std::os::fd::RawFd> {
        let mut given = Vec::new();
        for target in [&self.redirect, &self.stdin, &self.stdout, &self.stderr] {
            if let Some(StreamTarget::Open(file)) = target {
                given.push(std::os::fd::AsRawFd::as_raw_fd(file));
            }
        }
        given
    }
}
