//! The starts that are disturbed.

use std::fs::{self, File, Permissions};
use std::os::fd::OwnedFd;
use std::os::unix::fs::{PermissionsExt, chown};
use std::sync::Arc;

use nix::sys::resource::Resource;
use nix::sys::signal::Signal;
use tests::bot;
use tests::bot::Bot;
use tests::condition::Condition;

/// A start to disturb.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Start {
    /// Its part of the test's name.
    pub(crate) name: &'static str,
    /// Makes a bot. Its body is a long sleep, which marks the end of the start.
    pub(crate) bot: fn() -> Bot,
    /// The exit code of the undisturbed launcher.
    pub(crate) code: i32,
    /// Whether the start needs root.
    pub(crate) needs_root: bool,
    /// Where the body runs.
    pub(crate) body: Body,
}

/// Where the body runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Body {
    /// In the daemon.
    Daemon,
    /// In a child of the daemon.
    Child,
    /// In the launcher.
    Foreground,
}

/// All starts.
pub(crate) const STARTS: &[Start] = &[
    DEFAULT,
    Start { name: "with_much_to_do", bot: with_much_to_do, ..DEFAULT },
    Start {
        name: "whose_launcher_waits",
        bot: || bot!["redirect=out.log", "wait_ready=true", "ready", "sleep"],
        ..DEFAULT
    },
    Start { name: "whose_launcher_continues", bot: || bot!["return", "sleep"], ..DEFAULT },
    Start {
        name: "that_reopens_its_log",
        bot: || bot!["redirect=out.log", "reopen=true", "sleep"],
        ..DEFAULT
    },
    PRIVILEGED,
    Start {
        name: "that_opens_files_as_its_user",
        bot: with_files_of_its_user,
        needs_root: true,
        ..DEFAULT
    },
    Start { name: "after_other_code", bot: after_other_code, ..DEFAULT },
    Start {
        name: "of_a_supervisor",
        bot: || bot!["restart-quickly=100", "sleep"],
        body: Body::Child,
        ..DEFAULT
    },
    Start {
        name: "of_a_supervisor_whose_launcher_waits",
        bot: || bot!["restart-quickly=100", "wait_ready=100", "ready", "sleep"],
        body: Body::Child,
        ..DEFAULT
    },
    Start {
        name: "in_the_foreground",
        bot: || bot!["when=false", "redirect=out.log", "sleep"],
        body: Body::Foreground,
        ..DEFAULT
    },
    Start {
        name: "that_cannot_enter_its_directory",
        bot: || bot!["chdir=missing", "sleep"],
        code: 78,
        ..DEFAULT
    },
    Start { name: "that_makes_directories", bot: with_missing_directories, ..DEFAULT },
    Start { name: "that_cannot_write_its_pid", bot: with_empty_files_only, code: 74, ..DEFAULT },
];

/// A start without options.
pub(crate) const DEFAULT: Start = Start {
    name: "with_defaults",
    bot: || bot!["sleep"],
    code: 0,
    needs_root: false,
    body: Body::Daemon,
};

/// A start that drops its privileges.
pub(crate) const PRIVILEGED: Start =
    Start { name: "that_drops_privileges", bot: without_privileges, needs_root: true, ..DEFAULT };

/// A new root directory, and IDs without accounts. The start is then the same on every machine.
fn without_privileges() -> Bot {
    let bot =
        bot!["uid=61234", "gid=61234", "umask=027", "chroot=jail", "redirect=out.log", "sleep"];
    fs::create_dir(bot.file("jail")).expect("a directory");
    bot
}

/// Files in a directory of the user's, in which the start opens nothing as root.
fn with_files_of_its_user() -> Bot {
    let bot =
        bot!["uid=61234", "gid=61234", "redirect=home/out.log", "pid_file=home/bot.pid", "sleep"];
    fs::set_permissions(bot.start_directory(), Permissions::from_mode(0o755)).expect("ours");
    fs::create_dir(bot.file("home")).expect("a directory");
    chown(bot.file("home"), Some(61234), Some(61234)).expect("root can give directories away");
    bot
}

fn with_missing_directories() -> Bot {
    bot!["create_dirs=true", "redirect=logs/deep/out.log", "pid_file=run/bot.pid", "sleep"]
}

fn with_empty_files_only() -> Bot {
    bot!["sleep"].under(Condition::Limited(Resource::RLIMIT_FSIZE, 0))
}

/// What a stale PID file says. It is longer than a new one.
pub(crate) const STALE: &str = "123456789\n";

/// Files, a stale PID file, and inherited state that a daemon must not keep.
fn with_much_to_do() -> Bot {
    let bot = bot!["redirect=out.log", "stdin=input", "chdir=elsewhere", "sleep"];
    fs::write(bot.file("input"), "").expect("an input");
    fs::create_dir(bot.file("elsewhere")).expect("a directory");
    // The start removes it.
    fs::write(bot.pid_file(), STALE).expect("a stale PID file");
    fs::set_permissions(bot.pid_file(), Permissions::from_mode(0o600)).expect("its mode");
    bot.under(inherited())
        .under(Condition::Ignored(Signal::SIGHUP))
        .under(Condition::Ignored(Signal::SIGCHLD))
        .under(Condition::Blocked)
}

/// The start must tell inherited descriptors from those that `before` has opened.
fn after_other_code() -> Bot {
    let bot = Bot::new(env!("CARGO_BIN_EXE_parser"));
    bot.words(["log=out.log".into()]).under(inherited())
}

/// Descriptors above all others of this process. In each start they are consecutive, and one call
/// closes them.
fn inherited() -> Condition {
    let null = OwnedFd::from(File::open("/dev/null").expect("the null device"));
    Condition::Open(Arc::new(null), 2, 200)
}
