//! What a case needs of the machine or of whoever runs it: `#[test(needs = need::root)]`.

use std::process::{Command, Stdio};

use nix::libc::rlim_t;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nix::unistd::geteuid;

/// A user with no account and no other process.
pub const NOBODY_ELSE: u32 = 61_234;

/// Makes a program that follows the first process of a PID namespace, which goes when this one
/// goes. An ordinary user becomes root in a namespace for that.
pub const AS_PID_1: [&str; 6] =
    ["unshare", "--map-root-user", "--pid", "--fork", "--mount-proc", "--kill-child"];

/// Runs what follows with mounts that nobody else sees; an ordinary user becomes root in a
/// namespace for that.
pub const OWN_MOUNTS: [&str; 3] = ["unshare", "--map-root-user", "--mount"];

/// What a shell with [mounts of its own](OWN_MOUNTS) does so that nobody there sees `/proc`.
pub const HIDE_PROC: &str = "mount -t tmpfs none /proc";

/// How many descriptors a test program may need. A case with a thousand launchers has two thousand
/// pipes.
const DESCRIPTORS: rlim_t = 4096;

/// Something that not every machine and not every user has.
#[derive(Clone, Copy, Debug)]
pub struct Need {
    what: &'static str,
    is_met: bool,
}

impl Need {
    /// A need that this machine and this user meet, or not.
    #[must_use]
    pub fn new(what: &'static str, is_met: bool) -> Self {
        Self { what, is_met }
    }

    /// What is needed and not there.
    #[must_use]
    pub fn missing(self) -> Option<&'static str> {
        (!self.is_met).then_some(self.what)
    }
}

/// What everybody has.
#[must_use]
pub fn nothing() -> Need {
    Need::new("nothing", true)
}

/// To be root.
#[must_use]
pub fn root() -> Need {
    Need::new("root", geteuid().is_root())
}

/// Raises the limit of descriptors, as far as that is needed and allowed: many systems set it to
/// 1024, and leave it to each program to ask for more.
pub(crate) fn ask_for_descriptors() {
    let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE).expect("a limit");
    let wanted = DESCRIPTORS.min(hard).max(soft);
    setrlimit(Resource::RLIMIT_NOFILE, wanted, hard).expect("up to the hard limit");
}

/// More descriptors than many programs may have.
#[must_use]
pub fn descriptors() -> Need {
    let (soft, _) = getrlimit(Resource::RLIMIT_NOFILE).expect("a limit");
    Need::new("4096 descriptors", soft >= DESCRIPTORS)
}

/// Not to be root, who may do anything.
#[must_use]
pub fn ordinary_user() -> Need {
    Need::new("an ordinary user", !geteuid().is_root())
}

/// Something that is there or not.
#[must_use]
pub fn that(what: &'static str, is_met: bool) -> Need {
    Need { what, is_met }
}

/// A command that succeeds.
#[must_use]
pub fn command(what: &'static str, command: &[&str]) -> Need {
    let (program, words) = command.split_first().expect("a command");
    let mut command = Command::new(program);
    command.args(words).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    Need::new(what, command.status().is_ok_and(|status| status.success()))
}

/// PID namespaces, as [`AS_PID_1`] makes them.
#[must_use]
pub fn pid_namespace() -> Need {
    command("a PID namespace", &[&AS_PID_1[..], &["true"]].concat())
}

/// Mounts of its own, as [`OWN_MOUNTS`] makes them.
#[must_use]
pub fn mounts() -> Need {
    command("mounts of its own", &[&OWN_MOUNTS[..], &["sh", "-c", HIDE_PROC]].concat())
}
