//! What a case needs of the machine or of the user who runs it: `#[test(needs = need::root)]`.

use std::process::{Command, Stdio};

use nix::libc::rlim_t;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nix::unistd::geteuid;

/// A user ID without an account and without other processes.
pub const NOBODY_ELSE: u32 = 61_234;

/// Runs the program that follows as PID 1 of a new PID namespace, and kills it when this command
/// ends. An ordinary user becomes root in a user namespace first.
pub const AS_PID_1: [&str; 6] =
    ["unshare", "--map-root-user", "--pid", "--fork", "--mount-proc", "--kill-child"];

/// Runs the program that follows in a new mount namespace. An ordinary user becomes root in a user
/// namespace first.
pub const OWN_MOUNTS: [&str; 3] = ["unshare", "--map-root-user", "--mount"];

/// A shell command that hides `/proc` in a [mount namespace](OWN_MOUNTS).
pub const HIDE_PROC: &str = "mount -t tmpfs none /proc";

/// How many descriptors a test program may need. A case with a thousand launchers opens two
/// thousand pipes.
const DESCRIPTORS: rlim_t = 4096;

/// Something that not every machine or user has.
#[derive(Clone, Copy, Debug)]
pub struct Need {
    what: &'static str,
    is_met: bool,
}

impl Need {
    /// A need, and whether this machine and this user meet it.
    #[must_use]
    pub fn new(what: &'static str, is_met: bool) -> Self {
        Self { what, is_met }
    }

    /// What is needed and missing.
    #[must_use]
    pub fn missing(self) -> Option<&'static str> {
        (!self.is_met).then_some(self.what)
    }
}

/// No need: every case can run.
#[must_use]
pub fn nothing() -> Need {
    Need::new("nothing", true)
}

/// The user is root.
#[must_use]
pub fn root() -> Need {
    Need::new("root", geteuid().is_root())
}

/// Raises the soft limit of descriptors as far as needed and allowed. Many systems set it to 1024
/// and let each program raise it.
pub(crate) fn ask_for_descriptors() {
    let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE).expect("a limit");
    let wanted = DESCRIPTORS.min(hard).max(soft);
    setrlimit(Resource::RLIMIT_NOFILE, wanted, hard).expect("up to the hard limit");
}

/// A descriptor limit above the usual 1024.
#[must_use]
pub fn descriptors() -> Need {
    let (soft, _) = getrlimit(Resource::RLIMIT_NOFILE).expect("a limit");
    Need::new("4096 descriptors", soft >= DESCRIPTORS)
}

/// The user is not root, who may do anything.
#[must_use]
pub fn ordinary_user() -> Need {
    Need::new("an ordinary user", !geteuid().is_root())
}

/// A command that succeeds.
#[must_use]
pub fn command(what: &'static str, command: &[&str]) -> Need {
    let (program, words) = command.split_first().expect("a command");
    let mut command = Command::new(program);
    command.args(words).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    Need::new(what, command.status().is_ok_and(|status| status.success()))
}

/// PID namespaces, made with [`AS_PID_1`].
#[must_use]
pub fn pid_namespace() -> Need {
    command("a PID namespace", &[&AS_PID_1[..], &["true"]].concat())
}

/// Mount namespaces, made with [`OWN_MOUNTS`].
#[must_use]
pub fn mounts() -> Need {
    command("a mount namespace", &[&OWN_MOUNTS[..], &["sh", "-c", HIDE_PROC]].concat())
}
