//! The commands that start a bot.

use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use super::{Bot, MARK};
use crate::condition;
use crate::need::OWN_MOUNTS;

impl Bot {
    /// The command that starts the bot.
    #[must_use]
    pub fn command(&self) -> Command {
        self.command_of(&self.program)
    }

    /// The command that starts the bot from another path, such as a link to it.
    #[must_use]
    pub fn command_of(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.args(&self.words);
        self.set(command)
    }

    /// The command that starts the bot from a copy in its start directory. Another user may be
    /// unable to reach the directory in which the fixture was built.
    #[must_use]
    pub fn command_of_copy(&self) -> Command {
        let copy = self.file(self.name());
        self::copy(&self.program, &copy);
        self.command_of(&copy)
    }

    /// The command that starts the bot with another `argv[0]`.
    #[must_use]
    pub fn command_as(&self, name: impl Into<OsString>) -> Command {
        let mut command = self.command();
        command.arg0(name.into());
        command
    }

    /// The command that starts the bot through another program, which executes what follows its own
    /// arguments.
    #[must_use]
    pub fn command_by(&self, other: &[&str]) -> Command {
        let (program, words) = other.split_first().expect("another program");
        let mut command = Command::new(program);
        command.args(words).arg(&self.program).args(&self.words);
        self.set(command)
    }

    /// The command that runs a shell script in which `"$@"` starts the bot.
    #[must_use]
    pub fn command_in_shell(&self, script: &str) -> Command {
        self.command_by(&["sh", "-c", script, "sh"])
    }

    /// The command that runs a shell script in a new mount namespace, then starts the bot there.
    #[must_use]
    pub fn command_after_mounting(&self, script: &str) -> Command {
        let script = format!(r#"{script} && exec "$@""#);
        self.command_by(&[&OWN_MOUNTS[..], &["sh", "-c", &script, "sh"]].concat())
    }

    fn set(&self, mut command: Command) -> Command {
        command.current_dir(self.home.path()).env(MARK, self.home.path());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        condition::impose(&mut command, &self.conditions);
        command
    }
}

/// Copies a file that will be executed, by the command `cp`.
///
/// If this process wrote the file, a child that another case forks meanwhile would inherit the open
/// descriptor, and the file could not be executed ("text file busy").
pub(crate) fn copy(file: &Path, to: &Path) {
    let copied = Command::new("cp").arg(file).arg(to).status();
    assert!(copied.expect("`cp` can be executed").success(), "cannot copy {}", file.display());
}
