//! The options of a long life together: restarts, readiness, words, rotation, and as root another
//! user behind another root directory.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown};
use std::process::Command;

use nix::sys::signal::{Signal, kill};
use tests::bot::{Bot, begin};
use tests::need::NOBODY_ELSE;
use tests::process::Process;
use tests::{lock, need, wait};

/// A bot with these variables in its environment, and how to tell it something.
struct Everything {
    bot: Bot,
    variables: Vec<(&'static str, String)>,
}

impl Everything {
    fn new() -> Self {
        let bot = Bot::new(env!("CARGO_BIN_EXE_everything"));
        fs::create_dir(bot.file("inside")).expect("a directory");
        Self { bot, variables: Vec::new() }
    }

    fn behind_another_root() -> Self {
        let mut everything = Self::new();
        let inside = everything.bot.file("inside");
        fs::set_permissions(everything.bot.start_directory(), Permissions::from_mode(0o755))
            .expect("ours");
        chown(&inside, Some(NOBODY_ELSE), Some(NOBODY_ELSE)).expect("root may");
        let root = inside.to_str().expect("text").to_owned();
        everything.variables = vec![("BOT_ACCOUNT", NOBODY_ELSE.to_string()), ("BOT_ROOT", root)];
        everything
    }

    #[track_caller]
    fn tell(&self, words: &[&str]) -> (Option<i32>, String) {
        let mut command: Command = self.bot.command();
        command.args(words).envs(self.variables.iter().map(|(name, value)| (name, value)));
        let launch = begin(command).finish();
        (launch.status.code(), launch.stdout + &launch.stderr)
    }

    #[track_caller]
    fn live(&self) {
        let bot = &self.bot;
        let (code, line) = self.tell(&["start"]);
        let (early, line) = line.split_once('\n').expect("two lines");
        assert_eq!((code, early), (Some(0), "early"), "{line}");
        let supervisor = bot.daemon();
        assert!(
            line.starts_with(&format!("everything started, PID {}", supervisor.pid())),
            "{line}"
        );
        bot.await_text("inside/out.log", "up\n");
        let body = || wait::for_some("a body", || supervisor.process.children().pop());
        let crash = |body: Process| kill(body.0, Signal::SIGKILL).expect("it runs");

        crash(body());
        bot.await_in("inside/out.log", "it was killed by signal 9 (SIGKILL)\nearly\nup\n");
        assert_eq!(self.tell(&["status"]).0, Some(0));
        assert_eq!(self.tell(&["start"]).0, Some(0), "it runs already");
        assert_eq!(self.tell(&[]).0, Some(75));

        fs::rename(bot.file("inside/out.log"), bot.file("inside/old.log")).expect("the log");
        supervisor.signal(Signal::SIGHUP);
        wait::until("the new log", || bot.file("inside/out.log").exists());
        let second = body();
        wait::until("the body's new log", || second.has_open(1, &bot.file("inside/out.log")));
        crash(second);
        bot.await_in("inside/out.log", "early\nup\n");

        assert_eq!(self.tell(&["stop"]), (Some(0), "everything stopped\n".to_owned()));
        assert_eq!(bot.processes(), []);
        assert!(!lock::is_held(&bot.pid_file()) && !bot.pid_file().exists());
        assert_eq!(bot.files(), ["inside"], "nothing is left beside the logs");
        assert_eq!(self.tell(&["status"]).0, Some(3));
        let _end = supervisor.end();
    }
}

#[test]
fn a_bot_lives_with_everything() {
    Everything::new().live();
}

#[test(needs = need::root)]
fn a_bot_lives_with_everything_as_somebody_else_somewhere_else() {
    Everything::behind_another_root().live();
}
