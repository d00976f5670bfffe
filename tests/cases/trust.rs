//! Whose files a daemon opens that becomes another user: root's along a way that nobody else can
//! change, and everything else with the rights of that user. Written from the side of a lesser user
//! who prepares and exchanges whatever can be prepared and exchanged.

use std::collections::BTreeSet;
use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, lchown, symlink};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use nix::fcntl::{AT_FDCWD, RenameFlags, renameat2};
use nix::sys::signal::Signal;
use nix::sys::stat::Mode;
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::{Gid, Pid, Uid, mkfifo, setfsgid, setfsuid};
use tempfile::TempDir;
use tests::bot::{Bot, begin, word};
use tests::daemon::Daemon;
use tests::lock::Gate;
use tests::need::{self, NOBODY_ELSE, Need};
use tests::{bot, wait};

use crate::privileges::{
    assert_ids, builder, give_away, inventory, make_directory, refused_untouched, root_of,
    without_privileges,
};

/// Neither root, nor who the daemon becomes.
const THIRD_USER: u32 = NOBODY_ELSE + 1;

/// A group in which nobody is.
const GROUP: u32 = NOBODY_ELSE + 2;

/// Makes a directory in the start directory that belongs to the daemon's user.
fn make_home(bot: &Bot, name: &str) {
    make_directory(&bot.file(name), 0o755);
    give_away(&bot.file(name), NOBODY_ELSE);
}

/// Makes a directory of root's, with files that a careless root would write to or hand over, and
/// the same once more below it.
fn make_treasure(bot: &Bot) -> PathBuf {
    let treasure = bot.file("treasure");
    for directory in [&treasure, &treasure.join("three")] {
        make_directory(directory, 0o755);
        for (file, text) in [("out.log", "an earlier line\n"), ("bot.pid", ""), ("input", "secret")]
        {
            fs::write(directory.join(file), text).expect("a file");
        }
        fs::set_permissions(directory.join("input"), Permissions::from_mode(0o600)).expect("ours");
    }
    treasure
}

fn make_link(target: impl AsRef<Path>, link: &Path, owner: u32) {
    symlink(target, link).expect("a link");
    lchown(link, Some(owner), Some(owner)).expect("root can give links away");
}

fn owner(path: &Path) -> u32 {
    fs::symlink_metadata(path).expect("the file").uid()
}

#[track_caller]
fn assert_user_writes(bot: &Bot, log: &str) -> Daemon {
    let daemon = bot.start();
    wait::until("a line in the log", || bot.read(log).ends_with("up\n"));
    assert_ids(daemon.process, NOBODY_ELSE, NOBODY_ELSE);
    daemon
}

/// The options that name a file, and how a refusal of it begins.
const OPTIONS: [(&str, &str, &str); 5] = [
    ("redirect", "out.log", "cannot open the log"),
    ("stdout", "out.log", "cannot open the log"),
    ("stderr", "out.log", "cannot open the log"),
    ("stdin", "input", "cannot open the input"),
    ("pid_file", "bot.pid", "cannot open the PID file"),
];

// Who exchanges a part of the way.

/// Each directory on the way belongs to a lesser user in turn, who has put a link in the place of
/// what comes next.
#[test(needs = need::root)]
fn whichever_part_of_the_way_is_exchanged_nothing_of_roots_is_touched() {
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
                // Relative, so that nothing on the way but the link itself is in doubt.
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

/// Exchanges two files all the time, with the rights of this user alone, while a task goes on.
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
            // The ids of this thread alone.
            setfsgid(Gid::from_raw(group));
            setfsuid(Uid::from_raw(user));
            while !is_over.load(Ordering::Relaxed) {
                renameat2(AT_FDCWD, one, AT_FDCWD, other, RenameFlags::RENAME_EXCHANGE)
                    .expect("the lesser user may");
                thread::yield_now();
            }
        });
        let over = Over(&is_over);
        task();
        drop(over);
        exchanging.join().expect("the exchange went on");
    });
}

/// A bot that becomes somebody who owns nothing, and ends at once.
fn ending_without_privileges(words: &[&str]) -> Bot {
    let bot = bot![format!("uid={NOBODY_ELSE}"), format!("gid={NOBODY_ELSE}")];
    fs::set_permissions(bot.start_directory(), Permissions::from_mode(0o755)).expect("ours");
    bot.words(words.iter().map(Into::into))
}

/// Starts a bot again and again, whose body writes a line and ends.
#[track_caller]
fn race(bot: &Bot, rounds: usize) {
    let mut started = 0;
    for _ in 0..rounds {
        let launch = bot.launch();
        if launch.status.success() {
            started += 1;
            let daemon = bot.read("builder.pid").trim().parse().map(Pid::from_raw).expect("a PID");
            wait::until("the end of the body", || {
                waitpid(daemon, Some(WaitPidFlag::WNOHANG)).is_ok_and(|end| end.pid().is_some())
            });
        } else {
            let _line = launch.refusal("builder", 73);
        }
    }
    assert!(started > 0, "no start has succeeded, so that nothing was shown");
}

const ROUNDS: usize = 250;

/// A way of exchanging, by a lesser user to whom everything in the directory `home` belongs: a part
/// of the way to the log, and a link to this target.
#[track_caller]
fn assert_nothing_is_gained_by_exchanging(log: &str, one: &str, target: &str) {
    let bot = ending_without_privileges(&[&format!("redirect={log}"), "print=up"]);
    let treasure = make_treasure(&bot);
    let untouched = inventory(&treasure);
    for directory in ["home", "home/one", "home/one/two", "home/one/three"] {
        make_home(&bot, directory);
    }
    fs::write(bot.file("home/one/two/out.log"), "").expect("a log");
    give_away(&bot.file("home/one/two/out.log"), NOBODY_ELSE);
    make_link(target, &bot.file("home/planted"), NOBODY_ELSE);
    let exchanged = [&*bot.file(one), &*bot.file("home/planted")];
    exchange_during(NOBODY_ELSE, NOBODY_ELSE, exchanged, || race(&bot, ROUNDS));
    assert_eq!(inventory(&treasure), untouched);
}

#[test(needs = need::root)]
fn a_directory_that_is_exchanged_during_the_start_gains_nothing() {
    assert_nothing_is_gained_by_exchanging("home/one/out.log", "home/one", "../treasure");
}

#[test(needs = need::root)]
fn a_directory_in_the_middle_that_is_exchanged_during_the_start_gains_nothing() {
    assert_nothing_is_gained_by_exchanging("home/one/three/out.log", "home/one", "../treasure");
}

#[test(needs = need::root)]
fn a_log_that_is_exchanged_during_the_start_gains_nothing() {
    let log = "home/one/two/out.log";
    assert_nothing_is_gained_by_exchanging(log, log, "../../../treasure/out.log");
}

/// Root's file would be taken for a stale PID, written to and removed.
#[test(needs = need::root)]
fn a_pid_file_that_is_exchanged_during_the_start_gains_nothing() {
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
        assert_eq!(codes, [Some(0), Some(73)].into(), "each has happened, and nothing else");
    };
    exchange_during(NOBODY_ELSE, NOBODY_ELSE, [&exchanged[0], &exchanged[1]], start);
    assert_eq!(inventory(&treasure), untouched);
}

/// Where a member of a group can rename root's files, root's file is not written to under the name
/// of a log.
#[test(needs = need::root)]
fn a_log_that_a_group_exchanges_during_the_start_gains_nothing() {
    let bot = ending_without_privileges(&["redirect=logs/out.log", "print=up"]);
    make_group_directory(&bot, "logs");
    fs::write(bot.file("logs/out.log"), "").expect("a log");
    give_away(&bot.file("logs/out.log"), NOBODY_ELSE);
    fs::write(bot.file("logs/roots.log"), "root's\n").expect("a log");
    let exchanged = ["logs/out.log", "logs/roots.log"].map(|name| bot.file(name));
    exchange_during(THIRD_USER, GROUP, [&exchanged[0], &exchanged[1]], || race(&bot, ROUNDS));
    let texts = exchanged.map(|log| (owner(&log), fs::read_to_string(log).expect("a log")));
    for (owner, text) in texts {
        assert_eq!(owner == 0, text == "root's\n", "{text}");
    }
}

// The directory of a group.

/// Makes a directory as `/var/log` is on some systems.
fn make_group_directory(bot: &Bot, name: &str) {
    make_directory(&bot.file(name), 0o775);
    chown(bot.file(name), None, Some(GROUP)).expect("root can give groups away");
}

#[test(needs = need::root)]
fn in_the_directory_of_a_group_a_log_is_made_for_the_user_and_continued() {
    let bot = without_privileges(&["redirect=logs/out.log", "print=up"]);
    make_group_directory(&bot, "logs");
    assert_user_writes(&bot, "logs/out.log").kill();
    assert_eq!(owner(&bot.file("logs/out.log")), NOBODY_ELSE);
    let _daemon = bot.start();
    bot.await_text("logs/out.log", "up\nup\n");
}

#[test(needs = need::root)]
fn in_the_directory_of_a_group_only_the_users_own_file_is_opened() {
    let plants: [fn(&Path); 5] = [
        |log| fs::write(log, "root's\n").expect("a log"),
        |log| {
            fs::write(log, "a third user's\n").expect("a log");
            give_away(log, THIRD_USER);
        },
        |log| {
            fs::write(log.with_extension("other"), "the user's\n").expect("a log");
            give_away(&log.with_extension("other"), NOBODY_ELSE);
            fs::hard_link(log.with_extension("other"), log).expect("a link");
        },
        |log| make_link("../treasure/out.log", log, THIRD_USER),
        |log| mkfifo(log, Mode::S_IRWXU).expect("a pipe"),
    ];
    for plant in plants {
        let bot = without_privileges(&["redirect=logs/out.log"]);
        make_treasure(&bot);
        make_group_directory(&bot, "logs");
        plant(&bot.file("logs/out.log"));
        let _line = refused_untouched(&bot, 73);
    }
}

#[test(needs = need::root)]
fn in_the_directory_of_a_group_the_pid_file_is_the_users() {
    let bot = without_privileges(&["pid_file=run/bot.pid"]);
    make_group_directory(&bot, "run");
    for _ in 0..2 {
        let daemon = bot.start();
        assert_eq!((owner(&bot.pid_file()), bot.mode("run/bot.pid")), (NOBODY_ELSE, 0o644));
        assert_is_running_already(&bot, &daemon);
    }
    fs::remove_file(bot.pid_file()).expect("the PID file");
    fs::write(bot.pid_file(), "4711\n").expect("a file of root's");
    let _line = refused_untouched(&bot, 73);
}

#[track_caller]
fn assert_is_running_already(bot: &Bot, daemon: &Daemon) {
    let name = bot.pid_file();
    let name = name.strip_prefix(bot.start_directory()).expect("a relative path").display();
    let pid = daemon.pid();
    let expected = format!("builder: cannot start: already running with PID {pid} ({name})");
    assert_eq!(bot.launch().refusal("builder", 75), expected);
}

// The log in a directory that is root's alone.

#[test(needs = need::root)]
fn a_log_that_is_made_belongs_to_the_user() {
    for (umask, mode) in [("umask=022", 0o644), ("umask=077", 0o600)] {
        let bot = without_privileges(&["redirect=out.log", umask, "print=up"]);
        let _daemon = assert_user_writes(&bot, "out.log");
        let log = fs::metadata(bot.file("out.log")).expect("the log");
        assert_eq!((log.uid(), log.gid(), log.mode() & 0o7777), (NOBODY_ELSE, NOBODY_ELSE, mode));
    }
}

#[test(needs = need::root)]
fn a_log_that_belongs_to_root_or_the_user_is_continued() {
    for user in [0, NOBODY_ELSE] {
        let bot = without_privileges(&["redirect=out.log", "print=up"]);
        fs::write(bot.file("out.log"), "an earlier line\n").expect("a log");
        give_away(&bot.file("out.log"), user);
        let _daemon = assert_user_writes(&bot, "out.log");
        assert_eq!(bot.read("out.log"), "an earlier line\nup\n");
        assert_eq!(owner(&bot.file("out.log")), user, "it stays whose it was");
    }
}

/// What somebody must have prepared, and the sentence about it.
type Trap = (fn(&Path), &'static str);

const TRAPS: [Trap; 3] = [
    (
        |log| {
            fs::write(log, "").expect("a log");
            give_away(log, THIRD_USER);
        },
        "it belongs to a third user",
    ),
    (
        |log| {
            fs::write(log, "").expect("a log");
            fs::hard_link(log, log.with_extension("other")).expect("a link");
        },
        "it has another name, by a hard link",
    ),
    (|log| symlink("elsewhere", log).expect("a link"), "it is a symbolic link"),
];

#[test(needs = need::root)]
fn a_log_that_was_prepared_in_roots_directory_is_refused() {
    for option in ["redirect", "stdout", "stderr"] {
        for (prepare, why) in TRAPS {
            let bot = without_privileges(&[&format!("{option}=logs/out.log")]);
            make_directory(&bot.file("logs"), 0o755);
            prepare(&bot.file("logs/out.log"));
            let line = refused_untouched(&bot, 73);
            let expected = format!(
                "builder: cannot open logs/out.log for another user: {why}; choose a path that only root can change"
            );
            assert_eq!(line, expected);
        }
    }
}

#[test(needs = need::root)]
fn links_of_roots_are_followed_on_the_way_and_others_are_not() {
    let bot = without_privileges(&["redirect=link/out.log", "pid_file=link/bot.pid", "print=up"]);
    make_directory(&bot.file("real"), 0o755);
    make_link("indirect", &bot.file("link"), 0);
    make_link("./real/../real/", &bot.file("indirect"), 0);
    assert_user_writes(&bot, "real/out.log").kill();
    assert_eq!((owner(&bot.file("real/out.log")), owner(&bot.pid_file())), (NOBODY_ELSE, 0));
    lchown(bot.file("indirect"), Some(NOBODY_ELSE), None).expect("root can give links away");
    let line = bot.refused(73);
    // By the user, who must not write in root's file.
    assert!(line.contains(&format!("link/bot.pid as user {NOBODY_ELSE}: ")), "{line}");
}

#[test(needs = need::root)]
fn a_way_that_does_not_end_is_refused() {
    let long = "x".repeat(256);
    let name = "no file name at the end/..";
    for (path, why) in [
        ("loop/out.log", "os error 40"),
        ("missing/out.log", "os error 2"),
        ("file/out.log", "os error 20"),
        (&*format!("{long}/out.log"), "os error 36"),
        (&*long, "os error 36"),
        (name, "os error 21"),
        (&*format!("{}out.log", "./".repeat(2048)), "os error 36"),
    ] {
        let bot = without_privileges(&[&format!("redirect={path}")]);
        make_link("loop", &bot.file("loop"), 0);
        fs::write(bot.file("file"), "").expect("a file");
        let line = refused_untouched(&bot, 73);
        assert!(line.contains(why), "{line}");
    }
}

#[test(needs = need::root)]
fn without_user_a_symbolic_link_to_a_log_is_followed() {
    let bot = bot!["redirect=link.log", "print=up", "sleep"];
    symlink("out.log", bot.file("link.log")).expect("a link");
    let _daemon = bot.start_and_await("out.log", "up\n");
}

// What only the user opens.

#[test(needs = need::root)]
fn in_directories_of_the_user_everything_is_the_users() {
    let bot = without_privileges(&["redirect=home/out.log", "pid_file=home/bot.pid", "print=up"]);
    make_home(&bot, "home");
    let daemon = assert_user_writes(&bot, "home/out.log");
    for file in ["home/out.log", "home/bot.pid"] {
        assert_eq!((owner(&bot.file(file)), bot.mode(file)), (NOBODY_ELSE, 0o644), "{file}");
    }
    daemon.assert_has_only_streams_and(&bot.pid_file());
    assert_is_running_already(&bot, &daemon);
    assert_eq!(bot.read("home/out.log"), "up\n", "a second start touches nothing");
}

#[test(needs = need::root)]
fn in_a_sticky_directory_everything_is_the_users() {
    for earlier in [None, Some("an earlier line\n")] {
        let bot =
            without_privileges(&["redirect=shared/out.log", "pid_file=shared/bot.pid", "print=up"]);
        make_directory(&bot.file("shared"), 0o1777);
        if let Some(earlier) = earlier {
            fs::write(bot.file("shared/out.log"), earlier).expect("a log");
            give_away(&bot.file("shared/out.log"), NOBODY_ELSE);
        }
        let _daemon = assert_user_writes(&bot, "shared/out.log");
        assert_eq!(bot.read("shared/out.log"), earlier.unwrap_or_default().to_owned() + "up\n");
        assert_eq!(owner(&bot.pid_file()), NOBODY_ELSE);
    }
}

/// Root makes the log before the user can find out that the bot runs.
#[test(needs = need::root)]
fn a_second_start_beside_a_daemon_of_the_user_makes_no_log() {
    let bot = without_privileges(&["redirect=out.log", "pid_file=home/bot.pid"]);
    make_home(&bot, "home");
    let daemon = bot.start();
    fs::remove_file(bot.file("out.log")).expect("the log");
    assert_is_running_already(&bot, &daemon);
    assert!(!bot.file("out.log").exists());
}

/// What may stand in the place of a PID file, and why it is refused there, by user or root.
#[test(needs = need::root)]
fn a_pid_file_of_the_user_is_refused_in_the_same_words_as_any_other() {
    let obstacles: [Trap; 4] = [
        (|path| fs::write(path, "notes\n").expect("a file"), "it holds something other than a PID"),
        (|path| symlink("elsewhere", path).expect("a link"), "it is a symbolic link"),
        (|path| mkfifo(path, Mode::S_IRWXU).expect("a pipe"), "it is not a regular file"),
        (
            |path| {
                fs::write(path, "4711\n").expect("a file");
                fs::hard_link(path, path.with_extension("other")).expect("a link");
            },
            "it has another name, by a hard link",
        ),
    ];
    for (put, why) in obstacles {
        let bot = without_privileges(&["pid_file=home/bot.pid"]);
        make_home(&bot, "home");
        put(&bot.pid_file());
        if !bot.pid_file().is_symlink() {
            give_away(&bot.pid_file(), NOBODY_ELSE);
        }
        let line = refused_untouched(&bot, 73);
        let expected = format!(
            "builder: cannot use the PID file home/bot.pid: {why}; set `pid_file` to another path, or remove it if nobody needs it"
        );
        assert_eq!(line, expected);
    }
}

#[test(needs = need::root)]
fn a_start_of_the_user_that_fails_takes_its_pid_file_back() {
    for (words, code) in [(&["chdir=missing"][..], 78), (&["wait_ready=true", "exit=7"], 7)] {
        let bot = ending_without_privileges(&["pid_file=home/bot.pid"]);
        let bot = bot.words(words.iter().map(Into::into));
        make_home(&bot, "home");
        let _line = bot.refused(code);
        assert!(!bot.pid_file().exists());
    }
}

#[test(needs = need::root)]
fn a_daemon_of_the_user_removes_its_pid_file_at_its_end() {
    for supervised in ["restart=never", "restart=on-failure"] {
        let bot = ending_without_privileges(&["pid_file=home/bot.pid", "chdir=false", supervised]);
        let bot = bot.words(["await-in-body=gate".into()]);
        make_home(&bot, "home");
        let gate = Gate::closed(&bot.file("gate"));
        let daemon = bot.start();
        gate.open();
        let pid = daemon.process.0;
        assert_eq!(daemon.end(), WaitStatus::Exited(pid, 0), "{supervised}");
        assert!(!bot.pid_file().exists(), "{supervised}");
    }
}

/// The user itself may not look into a process that was root's: the kernel forbids that, for the
/// secrets that it may still hold.
#[test(needs = need::root)]
fn a_daemon_of_the_user_is_stopped_by_root() {
    for (stopper, is_stopped) in [(NOBODY_ELSE, false), (THIRD_USER, false), (0, true)] {
        let bot = without_privileges(&["pid_file=home/bot.pid"]);
        make_home(&bot, "home");
        let daemon = bot.start();
        let stop = builder(&[]);
        fs::set_permissions(stop.start_directory(), Permissions::from_mode(0o755)).expect("ours");
        let mut command = stop.command_of_copy();
        command.uid(stopper).gid(stopper).arg(word("stop", &bot.pid_file()));
        let launch = begin(command).finish();
        assert_eq!(launch.status.success(), is_stopped, "user {stopper}: {launch:?}");
        assert_eq!(daemon.process.is_alive(), !is_stopped, "user {stopper}");
        assert_eq!(bot.pid_file().exists(), !is_stopped, "user {stopper}");
    }
}

#[test(needs = need::root)]
fn in_the_foreground_the_pid_file_is_the_users_too() {
    let bot = without_privileges(&["when=false", "pid_file=home/bot.pid"]);
    make_home(&bot, "home");
    let launching = begin(bot.command());
    wait::until("the PID", || fs::read_to_string(bot.pid_file()).is_ok_and(|pid| !pid.is_empty()));
    let running = bot.daemon();
    assert_ids(running.process, NOBODY_ELSE, NOBODY_ELSE);
    assert_eq!(owner(&bot.pid_file()), NOBODY_ELSE);
    assert_is_running_already(&bot, &running);
    drop(launching);
}

#[test(needs = need::root)]
fn an_input_is_opened_by_root_or_by_the_user() {
    // In root's directory root opens what the user may not.
    let bot = without_privileges(&["redirect=out.log", "stdin=input", "run=cat"]);
    fs::write(bot.file("input"), "a key\n").expect("an input");
    fs::set_permissions(bot.file("input"), Permissions::from_mode(0o600)).expect("ours");
    let _daemon = bot.start_and_await("out.log", "a key\n");
    // In the user's directory the user's own is opened, and root's is not.
    let bot = without_privileges(&["redirect=out.log", "stdin=home/input", "run=cat"]);
    make_home(&bot, "home");
    fs::write(bot.file("home/input"), "a key\n").expect("an input");
    fs::set_permissions(bot.file("home/input"), Permissions::from_mode(0o600)).expect("ours");
    let line = bot.refused(73);
    let expected = format!("builder: cannot open the input home/input as user {NOBODY_ELSE}: ");
    assert!(line.starts_with(&expected), "{line}");
    give_away(&bot.file("home/input"), NOBODY_ELSE);
    let _daemon = bot.start_and_await("out.log", "a key\n");
}

#[test(needs = need::root)]
fn what_the_user_may_not_open_is_one_sentence_that_names_the_user() {
    let bot = bot!["user=nobody", "redirect=home/out.log", "sleep"];
    make_directory(&bot.file("home"), 0o755);
    fs::set_permissions(bot.start_directory(), Permissions::from_mode(0o755)).expect("ours");
    give_away(&bot.file("home"), THIRD_USER);
    let line = refused_untouched(&bot, 73);
    assert_eq!(
        line,
        "builder: cannot open the log home/out.log as user nobody: Permission denied (os error 13); \
         let this user do that, or choose a path that only root can change"
    );
}

// A group alone, with which the daemon stays root.

/// What makes a way one that others can change, and the sentence about it.
type Danger = (fn(&Bot), &'static str);

#[test(needs = need::root)]
fn with_a_group_alone_a_way_that_others_can_change_is_refused() {
    let dangers: [Danger; 5] = [
        (
            |bot| give_away(&bot.file("way"), THIRD_USER),
            "a directory on the way to it belongs to another user",
        ),
        (|bot| open_to(bot, "way", 0o777), "others can write in a directory on the way to it"),
        (|bot| open_to(bot, "way", 0o1777), "others can write in a directory on the way to it"),
        (|bot| open_to(bot, "way/logs", 0o775), "others can write in its directory"),
        (
            |bot| {
                fs::rename(bot.file("way/logs"), bot.file("way/real")).expect("a directory");
                make_link("real", &bot.file("way/logs"), THIRD_USER);
            },
            "a symbolic link on the way to it belongs to another user",
        ),
    ];
    for option in ["redirect", "stdin", "pid_file"] {
        for (endanger, why) in dangers {
            let bot = builder(&["gid=61234", &format!("{option}=way/logs/file")]);
            make_directory(&bot.file("way"), 0o755);
            make_directory(&bot.file("way/logs"), 0o755);
            endanger(&bot);
            let line = refused_untouched(&bot, 73);
            let expected = format!(
                "builder: cannot open way/logs/file for another user: {why}; choose a path that only root can change"
            );
            assert_eq!(line, expected);
        }
    }
}

fn open_to(bot: &Bot, directory: &str, mode: u32) {
    fs::set_permissions(bot.file(directory), Permissions::from_mode(mode)).expect("ours");
}

/// A directory to which root alone can change the way from the root directory on.
fn roots_directory() -> TempDir {
    TempDir::with_prefix_in("bot-", "/run").expect("a directory")
}

fn trusted_directory() -> Need {
    let is_roots =
        "test $(id -u) = 0 && test $(stat -c %u%a / /run | tr '\n' ' ' | tr -d ' ') = 07550755";
    need::command("root, and /run to be root's alone", &["sh", "-c", is_roots])
}

#[test(needs = trusted_directory)]
fn with_a_group_alone_the_log_is_made_anew_as_long_as_the_way_is_roots() {
    let directory = roots_directory();
    fs::set_permissions(directory.path(), Permissions::from_mode(0o755)).expect("ours");
    let log = directory.path().join("out.log");
    let bot = builder(&["gid=61234", "reopen=true"]);
    let bot = bot.words([word("redirect", &log), word("pid_file", &log.with_extension("pid"))]);
    let daemon = bot.start();
    let rotate = |to: &str| {
        fs::rename(&log, directory.path().join(to)).expect("the log");
        daemon.signal(Signal::SIGHUP);
    };
    rotate("first");
    wait::until("the new log", || daemon.process.has_open(1, &log));
    assert_eq!(fs::metadata(&log).expect("the log").gid(), 61234);
    // What stands there now could be somebody's trap.
    fs::set_permissions(directory.path(), Permissions::from_mode(0o777)).expect("ours");
    rotate("second");
    let why = "others can write in a directory on the way to it";
    let complaint = format!(
        "builder: cannot open the log {} anew: {why}; it goes on in this file\n",
        log.display()
    );
    wait::until("the complaint", || {
        fs::read_to_string(directory.path().join("second")).is_ok_and(|text| text == complaint)
    });
    assert!(!log.exists());
}

#[test(needs = need::root)]
fn with_a_group_alone_a_log_that_could_not_be_made_anew_is_refused_at_once() {
    let bot = builder(&["gid=61234", "reopen=true", "redirect=out.log"]);
    let line = refused_untouched_but(&bot, "out.log");
    assert!(line.contains("others can write in a directory on the way to it"), "{line}");
}

#[track_caller]
fn refused_untouched_but(bot: &Bot, made: &str) -> String {
    let line = bot.refused(73);
    assert_eq!(fs::read(bot.file(made)).unwrap_or_default(), b"");
    assert!(!bot.pid_file().exists());
    line
}

#[test(needs = trusted_directory)]
fn with_a_group_alone_the_pid_file_is_removed_at_the_end() {
    let directory = roots_directory();
    let pid_file = directory.path().join("bot.pid");
    let bot = bot!["gid=61234", "chdir=false", word("pid_file", &pid_file), "await-in-body=gate"];
    let gate = Gate::closed(&bot.file("gate"));
    let daemon = bot.start();
    gate.open();
    let _end = daemon.end();
    assert!(!pid_file.exists());
}

// Log rotation, and everything together.

/// After a drop the log in root's directory cannot be made anew, which is not kept a secret.
#[test(needs = need::root)]
fn a_log_that_the_user_cannot_make_anew_is_told_in_the_old_one() {
    let bot = without_privileges(&["redirect=out.log", "reopen=true"]);
    let daemon = bot.start();
    fs::rename(bot.file("out.log"), bot.file("old.log")).expect("the log");
    for _ in 0..3 {
        daemon.signal(Signal::SIGHUP);
    }
    let log = bot.file("out.log");
    let complaint = format!(
        "builder: cannot open the log {} anew: Permission denied; it goes on in this file\n",
        log.display()
    );
    bot.await_text("old.log", &complaint);
    fs::write(&log, "").expect("a new log");
    give_away(&log, NOBODY_ELSE);
    daemon.signal(Signal::SIGHUP);
    wait::until("the new log", || daemon.process.has_open(1, &log));
    assert_eq!(bot.read("old.log"), complaint, "once");
}

#[test(needs = need::root)]
fn below_a_new_root_the_user_opens_its_files_inside() {
    for wait_ready in [false, true] {
        for restart in ["never", "on-failure"] {
            below_a_new_root(wait_ready, restart);
        }
    }
}

#[track_caller]
fn below_a_new_root(wait_ready: bool, restart: &str) {
    let bot = ending_without_privileges(&[
        "chroot=jail",
        "redirect=jail/home/out.log",
        "pid_file=jail/home/bot.pid",
        "reopen=true",
        &format!("wait_ready={wait_ready}"),
        &format!("restart={restart}"),
        "ready",
        "print=up",
        "await-in-body=/home/gate",
        "print=new",
    ]);
    make_directory(&bot.file("jail"), 0o755);
    make_home(&bot, "jail/home");
    let gate = Gate::closed(&bot.file("jail/home/gate"));
    let daemon = bot.start_and_await("jail/home/out.log", "up\n");
    assert_ids(daemon.process, NOBODY_ELSE, NOBODY_ELSE);
    assert_eq!(root_of(daemon.process), bot.file("jail"));
    for file in ["jail/home/out.log", "jail/home/bot.pid"] {
        assert_eq!(owner(&bot.file(file)), NOBODY_ELSE, "{file}");
    }
    assert_is_running_already(&bot, &daemon);
    let log = bot.file("jail/home/out.log");
    fs::rename(&log, bot.file("jail/home/old.log")).expect("the log");
    daemon.signal(Signal::SIGHUP);
    wait::until("the new log", || daemon.process.has_open(1, &log));
    gate.open();
    bot.await_text("jail/home/out.log", "new\n");
    let pid = daemon.process.0;
    assert_eq!(daemon.end(), WaitStatus::Exited(pid, 0));
    assert!(!bot.pid_file().exists());
}

#[test(needs = need::root)]
fn what_the_user_has_to_open_must_be_inside_of_the_new_root() {
    for option in ["redirect=home/out.log", "stdin=home/input", "pid_file=home/bot.pid"] {
        let bot = without_privileges(&["chroot=jail", option]);
        make_directory(&bot.file("jail"), 0o755);
        make_home(&bot, "home");
        let line = refused_untouched(&bot, 73);
        let (_, path) = option.split_once('=').expect("an option");
        assert!(
            line.starts_with(&format!("builder: cannot open {path} for another user: ")),
            "{line}"
        );
        assert!(line.contains("outside of `chroot`"), "{line}");
    }
}

// A log that is the PID file.

/// Options that name one file in two ways; the directory `logs` is there, and `link` leads to it.
const SAME_FILES: [[&str; 2]; 4] = [
    ["redirect=logs/same", "pid_file=logs/same"],
    ["redirect=./logs/same", "pid_file=logs/same"],
    ["stdout=link/same", "pid_file=logs/same"],
    ["stderr=logs//same", "pid_file=link/same"],
];

#[test]
fn a_log_that_is_the_pid_file_by_whatever_name_is_refused() {
    for options in SAME_FILES {
        assert_same_file_is_refused(&builder(&options), |_| ());
    }
}

#[test(needs = need::root)]
fn for_another_user_a_log_that_is_the_pid_file_is_refused_too() {
    for options in SAME_FILES {
        assert_same_file_is_refused(&without_privileges(&options), |_| ());
        assert_same_file_is_refused(&without_privileges(&options), |bot| {
            give_away(&bot.file("logs"), NOBODY_ELSE);
        });
    }
}

#[track_caller]
fn assert_same_file_is_refused(bot: &Bot, change: fn(&Bot)) {
    fs::create_dir(bot.file("logs")).expect("a directory");
    symlink("logs", bot.file("link")).expect("a link");
    change(bot);
    let line = refused_untouched(bot, 64);
    assert_eq!(line, "builder: cannot start: a log and the PID file are the same file");
}
