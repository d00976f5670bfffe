//! A fixture bot: a program, its command-line arguments, and its own start directory.

mod commands;
mod files;

pub(crate) use commands::copy;

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

/// A fixture bot. Dropping it kills all its processes and removes its files.
#[derive(Debug)]
pub struct Bot {
    program: PathBuf,
    words: Vec<OsString>,
    conditions: Vec<Condition>,
    home: TempDir,
    /// The processes that already existed. There may be a thousand of them, and a search for the
    /// bot's processes can skip them.
    strangers: BTreeSet<(Process, u64)>,
}

/// A bot of the general fixture, whose options and body are its command-line arguments.
#[macro_export]
macro_rules! bot {
    ($($word:expr),* $(,)?) => {
        $crate::bot::Bot::new(env!("CARGO_BIN_EXE_builder")).words([$(::std::ffi::OsString::from($word)),*])
    };
}

/// An argument of the general fixture that contains a path, which need not be UTF-8.
#[must_use]
pub fn word(option: &str, path: &Path) -> OsString {
    let mut word = OsString::from(option);
    word.push("=");
    word.push(path);
    word
}

impl Bot {
    /// A bot without arguments.
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

    /// Adds arguments to the command line.
    #[must_use]
    pub fn words(mut self, words: impl IntoIterator<Item = OsString>) -> Self {
        self.words.extend(words);
        self
    }

    /// Adds a condition that holds when the bot is executed.
    #[must_use]
    pub fn under(mut self, condition: Condition) -> Self {
        self.conditions.push(condition);
        self
    }

    /// The name that the bot's messages begin with.
    #[must_use]
    pub fn name(&self) -> String {
        self.program.file_name().expect("the program has a name").to_string_lossy().into_owned()
    }

    /// Runs the launcher and waits until it returns.
    #[must_use]
    #[track_caller]
    pub fn launch(&self) -> Launch {
        begin(self.command()).finish()
    }

    /// Runs the bot with these additional arguments.
    #[must_use]
    #[track_caller]
    pub fn begin_with(&self, arguments: &[&str]) -> Launching {
        let mut command = self.command();
        command.args(arguments);
        begin(command)
    }

    /// Runs the bot with these additional arguments and waits until it returns.
    #[must_use]
    #[track_caller]
    pub fn tell(&self, arguments: &[&str]) -> Launch {
        self.begin_with(arguments).finish()
    }

    /// Expects the bot to exit with this code and to print nothing on standard error. Returns its
    /// standard output.
    #[must_use]
    #[track_caller]
    pub fn answer(&self, arguments: &[&str], code: i32) -> String {
        let launch = self.tell(arguments);
        assert_eq!(launch.status.code(), Some(code), "{arguments:?}: {launch:?}");
        assert_eq!(launch.stderr, "", "{arguments:?}");
        launch.stdout
    }

    /// Starts the bot and expects success.
    #[must_use]
    #[track_caller]
    pub fn start(&self) -> Daemon {
        self.start_by(self.command())
    }

    /// Starts the bot with this command and expects success.
    #[must_use]
    #[track_caller]
    pub fn start_by(&self, command: Command) -> Daemon {
        begin(command).finish().assert_silent_success();
        self.daemon()
    }

    /// Starts the bot and waits until a file in the start directory contains exactly this text.
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

    /// Expects a start to fail with this code and to leave nothing running. Returns the message.
    #[must_use]
    #[track_caller]
    pub fn refused(&self, code: i32) -> String {
        self.refused_by(self.command(), code)
    }

    /// The same for a start with this command.
    #[must_use]
    #[track_caller]
    pub fn refused_by(&self, command: Command, code: i32) -> String {
        let line = begin(command).finish().refusal(&self.name(), code);
        assert_eq!(self.processes(), [], "the failed start left something running");
        assert!(!lock::is_held(&self.pid_file()), "the failed start left the PID file locked");
        line
    }

    /// Waits until no process of the bot is left and its PID file is unlocked.
    #[track_caller]
    pub fn await_nothing_left(&self) {
        wait::until("all processes to end and the lock to be released", || {
            self.processes().is_empty() && !lock::is_held(&self.pid_file())
        });
    }

    /// Waits until no process of the bot is left, and expects its PID file to be removed.
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

/// The environment variable that identifies a bot's processes: it names the start directory.
const MARK: &str = "BOT_HOME";

/// Executes a bot's command.
#[must_use]
#[track_caller]
pub fn begin(mut command: Command) -> Launching {
    Launching::new(command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}")))
}

impl Drop for Bot {
    fn drop(&mut self) {
        let mut killed = BTreeSet::new();
        wait::until("the processes that a test left to end", || {
            let left = self.processes();
            for process in &left {
                // If it has already ended, the next look shows that.
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
