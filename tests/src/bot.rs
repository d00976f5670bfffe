//! A fixture bot: a program, the words on its command line, and a start directory of its own.

mod commands;
mod files;

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitPidFlag, waitpid};
use tempfile::TempDir;

use crate::condition::Condition;
use crate::daemon::{Daemon, adopt_orphans};
use crate::launch::{Launch, Launching};
use crate::process::{self, Process};
use crate::{lock, wait};

/// A fixture bot. Dropped, it takes all its processes and files along.
#[derive(Debug)]
pub struct Bot {
    program: PathBuf,
    words: Vec<OsString>,
    conditions: Vec<Condition>,
    home: TempDir,
    /// The processes that were there before. There may be a thousand, and all others are asked
    /// whether they are the bot's, again and again.
    strangers: BTreeSet<(Process, u64)>,
}

/// A bot of the general fixture, whose options and body are the words of its command line.
#[macro_export]
macro_rules! bot {
    ($($word:expr),* $(,)?) => {
        $crate::bot::Bot::new(env!("CARGO_BIN_EXE_builder")).words([$(::std::ffi::OsString::from($word)),*])
    };
}

/// A word for the general fixture that holds a path, which need not be UTF-8.
#[must_use]
pub fn word(option: &str, path: &Path) -> OsString {
    let mut word = OsString::from(option);
    word.push("=");
    word.push(path);
    word
}

impl Bot {
    /// A bot without words.
    #[must_use]
    pub fn new(program: impl Into<PathBuf>) -> Self {
        adopt_orphans();
        let home = TempDir::with_prefix("bot-").expect("a start directory");
        Self {
            program: program.into(),
            words: Vec::new(),
            conditions: Vec::new(),
            home,
            strangers: process::all_with_inodes().into_iter().collect(),
        }
    }

    /// Adds words to the command line.
    #[must_use]
    pub fn words(mut self, words: impl IntoIterator<Item = OsString>) -> Self {
        self.words.extend(words);
        self
    }

    /// Adds a condition that the bot finds when it is executed.
    #[must_use]
    pub fn under(mut self, condition: Condition) -> Self {
        self.conditions.push(condition);
        self
    }

    /// The bot's name in its messages.
    #[must_use]
    pub fn name(&self) -> String {
        self.program.file_name().expect("the program has a name").to_string_lossy().into_owned()
    }

    /// Runs the launcher and returns when it has returned.
    #[must_use]
    #[track_caller]
    pub fn launch(&self) -> Launch {
        begin(self.command()).finish()
    }

    /// Runs the bot with these arguments, besides its words.
    #[must_use]
    #[track_caller]
    pub fn begin_with(&self, arguments: &[&str]) -> Launching {
        let mut command = self.command();
        command.args(arguments);
        begin(command)
    }

    /// Runs the bot with these arguments and returns when it has returned.
    #[must_use]
    #[track_caller]
    pub fn tell(&self, arguments: &[&str]) -> Launch {
        self.begin_with(arguments).finish()
    }

    /// What the bot prints, and nothing on standard error, when it ends with this code.
    #[must_use]
    #[track_caller]
    pub fn answer(&self, arguments: &[&str], code: i32) -> String {
        let launch = self.tell(arguments);
        assert_eq!(launch.status.code(), Some(code), "{arguments:?}: {launch:?}");
        assert_eq!(launch.stderr, "", "{arguments:?}");
        launch.stdout
    }

    /// Starts the bot, and does not put up with failure.
    #[must_use]
    #[track_caller]
    pub fn start(&self) -> Daemon {
        self.start_by(self.command())
    }

    /// Starts the bot by this command.
    #[must_use]
    #[track_caller]
    pub fn start_by(&self, command: Command) -> Daemon {
        begin(command).finish().assert_silent_success();
        self.daemon()
    }

    /// Starts the bot and waits until its body has written this text, its last, into a file in the
    /// start directory.
    #[must_use]
    #[track_caller]
    pub fn start_and_await(&self, name: &str, text: &str) -> Daemon {
        let daemon = self.start();
        self.await_text(name, text);
        daemon
    }

    /// The daemon that the PID file names.
    #[must_use]
    #[track_caller]
    pub fn daemon(&self) -> Daemon {
        Daemon::recorded_in(&self.pid_file())
    }

    /// Expects a start to fail with this code and to leave nothing running; returns the message.
    #[must_use]
    #[track_caller]
    pub fn refused(&self, code: i32) -> String {
        self.refused_by(self.command(), code)
    }

    /// Expects a start by this command to fail.
    #[must_use]
    #[track_caller]
    pub fn refused_by(&self, command: Command, code: i32) -> String {
        let line = begin(command).finish().refusal(&self.name(), code);
        assert_eq!(self.processes(), [], "a failed start leaves nothing running");
        assert!(!lock::is_held(&self.pid_file()), "a failed start leaves nothing locked");
        line
    }

    /// Waits until no process of the bot is left and its PID file is free.
    #[track_caller]
    pub fn await_nothing_left(&self) {
        wait::until("the end of all processes and of the lock", || {
            self.processes().is_empty() && !lock::is_held(&self.pid_file())
        });
    }

    /// Waits until nothing of the bot is left, not even its PID file.
    #[track_caller]
    pub fn await_no_trace(&self) {
        self.await_nothing_left();
        assert!(!self.pid_file().exists(), "the PID file is still there");
    }

    /// All living processes of the bot, launchers included.
    #[must_use]
    pub fn processes(&self) -> Vec<Process> {
        let mark = [MARK.as_bytes(), b"=", self.home.path().as_os_str().as_bytes()].concat();
        process::all_with_inodes()
            .into_iter()
            .filter(|process| !self.strangers.contains(process))
            .map(|(process, _)| process)
            .filter(|process| process.carries(&mark) && process.is_alive())
            .collect()
    }
}

/// The variable in the environment by which the processes of a bot are known: it names the start
/// directory.
const MARK: &str = "BOT_HOME";

/// Executes a command of a bot.
#[must_use]
#[track_caller]
pub fn begin(mut command: Command) -> Launching {
    Launching::new(command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}")))
}

impl Drop for Bot {
    fn drop(&mut self) {
        let mut killed = BTreeSet::new();
        wait::until("the end of what a test left", || {
            let left = self.processes();
            for process in &left {
                // Gone already: that is found out by looking again.
                let _ = kill(process.0, Signal::SIGKILL);
            }
            killed.extend(left.iter().copied());
            left.is_empty()
        });
        for process in killed {
            // The others are not children of the test.
            let _ = waitpid(process.0, Some(WaitPidFlag::WNOHANG));
        }
    }
}
