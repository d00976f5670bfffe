//! The options that matter in a long life, all together: restarts, readiness, words, log rotation,
//! and for root also `user` and `chroot`.

use std::fs;
use std::process::Command;

use nix::sys::signal::{Signal, kill};
use tests::bot::{Bot, begin};
use tests::files::{give_away, set_mode};
use tests::need::NOBODY_ELSE;
use tests::process::Process;
use tests::{lock, need, wait};

/// A bot, and the environment variables for its commands.
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

    fn with_user_and_chroot() -> Self {
        let mut everything = Self::new();
        let inside = everything.bot.file("inside");
        set_mode(everything.bot.start_directory(), 0o755);
        give_away(&inside, NOBODY_ELSE);
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
        let body = || wait::for_some("a body to run", || supervisor.process.children().pop());
        let crash = |body: Process| kill(body.0, Signal::SIGKILL).expect("the body runs");

        crash(body());
        bot.await_in("inside/out.log", "it was killed by signal 9 (SIGKILL)\nearly\nup\n");
        assert_eq!(self.tell(&["status"]).0, Some(0));
        assert_eq!(self.tell(&["start"]).0, Some(0), "the bot runs already");
        assert_eq!(self.tell(&[]).0, Some(75));

        fs::rename(bot.file("inside/out.log"), bot.file("inside/old.log")).expect("the log");
        supervisor.signal(Signal::SIGHUP);
        wait::until("the new log to be made", || bot.file("inside/out.log").exists());
        let second = body();
        wait::until("the body to write to the new log", || {
            second.has_open(1, &bot.file("inside/out.log"))
        });
        crash(second);
        bot.await_in("inside/out.log", "early\nup\n");

        assert_eq!(self.tell(&["stop"]), (Some(0), "everything stopped\n".to_owned()));
        assert_eq!(bot.processes(), []);
        assert!(!lock::is_held(&bot.pid_file()) && !bot.pid_file().exists());
        assert_eq!(bot.files(), ["inside"], "only the directory of the logs must be left");
        assert_eq!(self.tell(&["status"]).0, Some(3));
        let _end = supervisor.end();
    }
}

#[test]
fn all_options_work_together() {
    Everything::new().live();
}

#[test(needs = need::root)]
fn all_options_work_together_with_user_and_chroot() {
    Everything::with_user_and_chroot().live();
}
