//! Attacks on paths. An unprivileged user or a member of a group exchanges a component of the path
//! to one of the daemon's files, before the start or a thousand times during it. Root's files must
//! not be touched or given away.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::{MetadataExt, chown, lchown, symlink};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use nix::NixPath;
use nix::errno::Errno;
use nix::libc;
use nix::sys::wait::{WaitPidFlag, waitpid};
use nix::unistd::{Gid, Pid, Uid, setfsgid, setfsuid};
use tests::bot::Bot;
use tests::files::{give_away, set_mode};
use tests::need::{self, NOBODY_ELSE};
use tests::{bot, wait};

use crate::privileges::{inventory, make_directory, refused_untouched, without_privileges};

/// Neither root nor the daemon's user.
pub(crate) const THIRD_USER: u32 = NOBODY_ELSE + 1;

/// A group without members.
pub(crate) const GROUP: u32 = NOBODY_ELSE + 2;

/// Makes a directory in the start directory that belongs to the daemon's user.
pub(crate) fn make_home(bot: &Bot, name: &str) {
    make_directory(&bot.file(name), 0o755);
    give_away(bot.file(name), NOBODY_ELSE);
}

/// Makes a directory for root with files that a careless start would write to or give away, and a
/// second one inside it.
pub(crate) fn make_treasure(bot: &Bot) -> PathBuf {
    let treasure = bot.file("treasure");
    for directory in [&treasure, &treasure.join("three")] {
        make_directory(directory, 0o755);
        for (file, text) in [("out.log", "an earlier line\n"), ("bot.pid", ""), ("input", "secret")]
        {
            fs::write(directory.join(file), text).expect("a file");
        }
        set_mode(directory.join("input"), 0o600);
    }
    treasure
}

pub(crate) fn make_link(target: impl AsRef<Path>, link: &Path, owner: u32) {
    symlink(target, link).expect("a link");
    lchown(link, Some(owner), Some(owner)).expect("root can give links away");
}

pub(crate) fn owner(path: &Path) -> u32 {
    fs::symlink_metadata(path).expect("the file").uid()
}

/// Makes a directory that a group may write, as `/var/log` is on some systems.
pub(crate) fn make_group_directory(bot: &Bot, name: &str) {
    make_directory(&bot.file(name), 0o775);
    chown(bot.file(name), None, Some(GROUP)).expect("root can give groups away");
}

/// The options that name a file, a file name, and how the refusal begins.
const OPTIONS: [(&str, &str, &str); 5] = [
    ("redirect", "out.log", "cannot open the log"),
    ("stdout", "out.log", "cannot open the log"),
    ("stderr", "out.log", "cannot open the log"),
    ("stdin", "input", "cannot open the input"),
    ("pid_file", "bot.pid", "cannot open the PID file"),
];

/// Each directory of the path in turn belongs to an unprivileged user, who has replaced the next
/// component with a link.
#[test(needs = need::root)]
fn no_exchanged_path_component_leads_to_roots_files() {
    for user in [NOBODY_ELSE, THIRD_USER] {
        for (option, file, refusal) in OPTIONS {
            for exchanged in ["one/two", "one/two/three", &format!("one/two/three/{file}")] {
                let path = format!("one/two/three/{file}");
                let bot = without_privileges(&[&format!("{option}={path}")]);
                make_treasure(&bot);
                let exchanged = bot.file(exchanged);
                let parent = exchanged.parent().expect("a directory");
                fs::create_dir_all(parent).expect("directories");
                give_away(parent, user);
                let is_last = exchanged == bot.file(&path);
                let up = parent.strip_prefix(bot.start_directory()).expect("below").components();
                // With a relative target only the link itself is suspicious.
                let treasure: PathBuf = up.map(|_| "..").chain(["treasure"]).collect();
                let target = if is_last { treasure.join(file) } else { treasure };
                make_link(target, &exchanged, user);
                let line = refused_untouched(&bot, 73);
                if is_last {
                    assert!(line.contains("it is a symbolic link"), "{line}");
                } else {
                    let beginning = format!("builder: {refusal} {path} as user {NOBODY_ELSE}: ");
                    assert!(line.starts_with(&beginning), "{line}");
                    assert!(line.ends_with("choose a path that only root can change"), "{line}");
                }
            }
        }
    }
}

/// Exchanges two files constantly during a task, with the rights of this user.
fn exchange_during(user: u32, group: u32, [one, other]: [&Path; 2], task: impl FnOnce()) {
    struct Over<'a>(&'a AtomicBool);
    impl Drop for Over<'_> {
        fn drop(&mut self) {
            self.0.store(true, Ordering::Relaxed);
        }
    }
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        let exchanging = scope.spawn(|| {
            // These calls change the IDs of this thread only.
            setfsgid(Gid::from_raw(group));
            setfsuid(Uid::from_raw(user));
            while !is_over.load(Ordering::Relaxed) {
                exchange(one, other).expect("the unprivileged user may exchange them");
                thread::yield_now();
            }
        });
        let over = Over(&is_over);
        task();
        drop(over);
        exchanging.join().expect("the exchanges succeed");
    });
}

/// Exchanges the names of two files. `nix` has this function only for glibc.
fn exchange(one: &Path, other: &Path) -> nix::Result<()> {
    let (here, how) = (libc::AT_FDCWD, libc::RENAME_EXCHANGE);
    let exchanged = one.with_nix_path(|one| {
        other.with_nix_path(|other| {
            let (one, other) = (one.as_ptr(), other.as_ptr());
            // SAFETY: both are NUL-terminated strings that outlive the call.
            unsafe { libc::syscall(libc::SYS_renameat2, here, one, here, other, how) }
        })
    })??;
    Errno::result(exchanged).map(drop)
}

/// A bot that drops its privileges, and ends at once.
pub(crate) fn ending_without_privileges(words: &[&str]) -> Bot {
    let bot = bot![format!("uid={NOBODY_ELSE}"), format!("gid={NOBODY_ELSE}")];
    set_mode(bot.start_directory(), 0o755);
    bot.words(words.iter().map(Into::into))
}

/// Starts a bot repeatedly. Its body writes a line and ends.
#[track_caller]
fn race(bot: &Bot, rounds: usize) {
    let mut started = 0;
    for _ in 0..rounds {
        let launch = bot.launch();
        if launch.status.success() {
            started += 1;
            let daemon = bot.read("builder.pid").trim().parse().map(Pid::from_raw).expect("a PID");
            wait::until("the body to end", || {
                waitpid(daemon, Some(WaitPidFlag::WNOHANG)).is_ok_and(|end| end.pid().is_some())
            });
        } else {
            let _line = launch.refusal("builder", 73);
        }
    }
    assert!(started > 0, "no start has succeeded, which proves nothing");
}

const ROUNDS: usize = 250;

/// Starts a bot while the owner of the directory `home` exchanges a component of the path to the
/// log with a link to this target. Expects root's files not to change.
#[track_caller]
fn assert_nothing_is_gained_by_exchanging(log: &str, one: &str, target: &str) {
    let bot = ending_without_privileges(&[&format!("redirect={log}"), "print=up"]);
    let treasure = make_treasure(&bot);
    let untouched = inventory(&treasure);
    for directory in ["home", "home/one", "home/one/two", "home/one/three"] {
        make_home(&bot, directory);
    }
    fs::write(bot.file("home/one/two/out.log"), "").expect("a log");
    give_away(bot.file("home/one/two/out.log"), NOBODY_ELSE);
    make_link(target, &bot.file("home/planted"), NOBODY_ELSE);
    let exchanged = [&*bot.file(one), &*bot.file("home/planted")];
    exchange_during(NOBODY_ELSE, NOBODY_ELSE, exchanged, || race(&bot, ROUNDS));
    assert_eq!(inventory(&treasure), untouched);
}

#[test(needs = need::root)]
fn exchanging_the_logs_directory_during_the_start_gains_nothing() {
    assert_nothing_is_gained_by_exchanging("home/one/out.log", "home/one", "../treasure");
}

#[test(needs = need::root)]
fn exchanging_an_inner_directory_during_the_start_gains_nothing() {
    assert_nothing_is_gained_by_exchanging("home/one/three/out.log", "home/one", "../treasure");
}

#[test(needs = need::root)]
fn exchanging_the_log_during_the_start_gains_nothing() {
    let log = "home/one/two/out.log";
    assert_nothing_is_gained_by_exchanging(log, log, "../../../treasure/out.log");
}

/// A careless start would take root's file for a stale PID file, write to it and remove it.
#[test(needs = need::root)]
fn exchanging_the_pid_files_directory_during_the_start_gains_nothing() {
    let words = ["when=false", "pid_file=home/one/bot.pid"];
    let bot = ending_without_privileges(&words);
    let treasure = make_treasure(&bot);
    let untouched = inventory(&treasure);
    make_home(&bot, "home");
    make_home(&bot, "home/one");
    make_link("../treasure", &bot.file("home/planted"), NOBODY_ELSE);
    let exchanged = ["home/one", "home/planted"].map(|name| bot.file(name));
    let start = || {
        let codes: BTreeSet<_> = (0..ROUNDS).map(|_| bot.launch().status.code()).collect();
        assert_eq!(codes, [Some(0), Some(73)].into(), "both must happen, and nothing else");
    };
    exchange_during(NOBODY_ELSE, NOBODY_ELSE, [&exchanged[0], &exchanged[1]], start);
    assert_eq!(inventory(&treasure), untouched);
}

/// A member of the directory's group can give root's file the name of the log. The bot does not
/// write to it.
#[test(needs = need::root)]
fn exchanging_the_log_as_a_group_member_gains_nothing() {
    let bot = ending_without_privileges(&["redirect=logs/out.log", "print=up"]);
    make_group_directory(&bot, "logs");
    fs::write(bot.file("logs/out.log"), "").expect("a log");
    give_away(bot.file("logs/out.log"), NOBODY_ELSE);
    fs::write(bot.file("logs/roots.log"), "root's\n").expect("a log");
    let exchanged = ["logs/out.log", "logs/roots.log"].map(|name| bot.file(name));
    exchange_during(THIRD_USER, GROUP, [&exchanged[0], &exchanged[1]], || race(&bot, ROUNDS));
    let texts = exchanged.map(|log| (owner(&log), fs::read_to_string(log).expect("a log")));
    for (owner, text) in texts {
        assert_eq!(owner == 0, text == "root's\n", "{text}");
    }
}
