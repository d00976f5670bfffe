//! What a test needs of the machine or of whoever runs it. Where that is missing the test is
//! counted as ignored, and says what it needs; the standard harness decides that at compile time
//! only.

use std::process::{Command, Stdio};

use libtest_mimic::{Arguments, Trial};
use nix::unistd::geteuid;

/// A user with no account and no other process.
pub const NOBODY_ELSE: u32 = 61_234;

/// Makes a program that follows the first process of a PID namespace, which goes when this one
/// goes. An ordinary user becomes root in a namespace for that.
pub const AS_PID_1: [&str; 6] =
    ["unshare", "--map-root-user", "--pid", "--fork", "--mount-proc", "--kill-child"];

/// Something that not every machine and not every user has.
#[derive(Clone, Copy, Debug)]
pub struct Need {
    what: &'static str,
    is_met: bool,
}

impl Need {
    /// What every test finds.
    pub const NOTHING: Self = Self { what: "nothing", is_met: true };

    /// To be root.
    #[must_use]
    pub fn root() -> Self {
        Self { what: "root", is_met: geteuid().is_root() }
    }

    /// Not to be root, who may do anything.
    #[must_use]
    pub fn ordinary_user() -> Self {
        Self { what: "an ordinary user", is_met: !geteuid().is_root() }
    }

    /// A command that succeeds.
    #[must_use]
    pub fn command(what: &'static str, command: &[&str]) -> Self {
        let (program, words) = command.split_first().expect("a command");
        let mut command = Command::new(program);
        command.args(words).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        Self { what, is_met: command.status().is_ok_and(|status| status.success()) }
    }

    /// PID namespaces, as [`AS_PID_1`] makes them.
    #[must_use]
    pub fn pid_namespace() -> Self {
        Self::command("a PID namespace", &[&AS_PID_1[..], &["true"]].concat())
    }

    /// A test with this need.
    #[must_use]
    pub fn trial(self, name: &str, test: fn()) -> Trial {
        let reason = if self.is_met { String::new() } else { format!(" (needs {})", self.what) };
        let run = move || {
            test();
            Ok(())
        };
        Trial::test(name.to_owned() + &reason, run).with_ignored_flag(!self.is_met)
    }
}

/// The tests of a file, named like their functions, behind what they need.
#[macro_export]
macro_rules! trials {
    ($($need:expr => [$($test:ident),* $(,)?]),* $(,)?) => {
        vec![$($($need.trial(stringify!($test), $test)),*),*]
    };
}

/// Runs the tests of a file as the command line asks for it, and exits.
pub fn run(trials: Vec<Trial>) -> ! {
    libtest_mimic::run(&Arguments::from_args(), trials).exit()
}
