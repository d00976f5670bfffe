//! Files of a daemon that drops its privileges. Root opens a file only along a path that no other
//! user can change. Everything else is opened with the rights of the daemon's user.

use std::fs;
use std::os::unix::fs::{MetadataExt, lchown, symlink};
use std::os::unix::process::CommandExt;
use std::path::Path;

use nix::sys::signal::Signal;
use nix::sys::stat::Mode;
use nix::unistd::mkfifo;
use tempfile::TempDir;
use tests::bot::{Bot, begin, word};
use tests::daemon::Daemon;
use tests::files::{give_away, set_mode};
use tests::lock::Gate;
use tests::need::{self, NOBODY_ELSE, Need};
use tests::{bot, wait};

use crate::exchanges::{
    THIRD_USER, ending_without_privileges, make_group_directory, make_home, make_link,
    make_treasure, owner,
};
use crate::privileges::{
    assert_ids, builder, make_directory, refused_untouched, root_of, without_privileges,
};

#[track_caller]
fn assert_user_writes(bot: &Bot, log: &str) -> Daemon {
    let daemon = bot.start();
    wait::until("a line to be in the log", || bot.read(log).ends_with("up\n"));
    assert_ids(daemon.process, NOBODY_ELSE, NOBODY_ELSE);
    daemon
}

// A directory that a group may write.

#[test(needs = need::root)]
fn in_a_groups_directory_the_log_is_the_users() {
    let bot = without_privileges(&["redirect=logs/out.log", "print=up"]);
    make_group_directory(&bot, "logs");
    assert_user_writes(&bot, "logs/out.log").kill();
    assert_eq!(owner(&bot.file("logs/out.log")), NOBODY_ELSE);
    let _daemon = bot.start();
    bot.await_text("logs/out.log", "up\nup\n");
}

#[test(needs = need::root)]
fn in_a_groups_directory_only_the_users_own_log_is_opened() {
    let plants: [fn(&Path); 5] = [
        |log| fs::write(log, "root's\n").expect("a log"),
        |log| {
            fs::write(log, "a third user's\n").expect("a log");
            give_away(log, THIRD_USER);
        },
        |log| {
            fs::write(log.with_extension("other"), "the user's\n").expect("a log");
            give_away(log.with_extension("other"), NOBODY_ELSE);
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
fn in_a_groups_directory_the_pid_file_is_the_users() {
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

// A log in a directory that only root may change.

#[test(needs = need::root)]
fn a_new_log_belongs_to_the_user() {
    for (umask, mode) in [("umask=022", 0o644), ("umask=077", 0o600)] {
        let bot = without_privileges(&["redirect=out.log", umask, "print=up"]);
        let _daemon = assert_user_writes(&bot, "out.log");
        let log = fs::metadata(bot.file("out.log")).expect("the log");
        assert_eq!((log.uid(), log.gid(), log.mode() & 0o7777), (NOBODY_ELSE, NOBODY_ELSE, mode));
    }
}

#[test(needs = need::root)]
fn a_log_of_root_or_the_user_is_appended_to() {
    for user in [0, NOBODY_ELSE] {
        let bot = without_privileges(&["redirect=out.log", "print=up"]);
        fs::write(bot.file("out.log"), "an earlier line\n").expect("a log");
        give_away(bot.file("out.log"), user);
        let _daemon = assert_user_writes(&bot, "out.log");
        assert_eq!(bot.read("out.log"), "an earlier line\nup\n");
        assert_eq!(owner(&bot.file("out.log")), user, "the owner must not change");
    }
}

/// How another user prepares a path, and the reason in the refusal.
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
        "it has more than one hard link",
    ),
    (|log| symlink("elsewhere", log).expect("a link"), "it is a symbolic link"),
];

#[test(needs = need::root)]
fn a_trap_in_place_of_the_log_is_refused() {
    for option in ["redirect", "stdout", "stderr"] {
        for (prepare, why) in TRAPS {
            let bot = without_privileges(&[&format!("{option}=logs/out.log")]);
            make_directory(&bot.file("logs"), 0o755);
            prepare(&bot.file("logs/out.log"));
            let line = refused_untouched(&bot, 73);
            let expected = format!(
                "builder: cannot open logs/out.log with `user` or `group`: {why}; choose a path that only root can change"
            );
            assert_eq!(line, expected);
        }
    }
}

#[test(needs = need::root)]
fn directory_links_of_root_are_followed_and_others_are_not() {
    let bot = without_privileges(&["redirect=link/out.log", "pid_file=link/bot.pid", "print=up"]);
    make_directory(&bot.file("real"), 0o755);
    make_link("indirect", &bot.file("link"), 0);
    make_link("./real/../real/", &bot.file("indirect"), 0);
    assert_user_writes(&bot, "real/out.log").kill();
    assert_eq!((owner(&bot.file("real/out.log")), owner(&bot.pid_file())), (NOBODY_ELSE, 0));
    lchown(bot.file("indirect"), Some(NOBODY_ELSE), None).expect("root can give links away");
    let line = bot.refused(73);
    // The user opens it then, and must not write to root's file.
    assert!(line.contains(&format!("link/bot.pid as user {NOBODY_ELSE}: ")), "{line}");
}

#[test(needs = need::root)]
fn a_path_that_cannot_be_resolved_is_refused() {
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
fn without_a_privilege_drop_a_link_to_a_log_is_followed() {
    let bot = bot!["redirect=link.log", "print=up", "sleep"];
    symlink("out.log", bot.file("link.log")).expect("a link");
    let _daemon = bot.start_and_await("out.log", "up\n");
}

// Files that only the user opens.

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
    assert_eq!(bot.read("home/out.log"), "up\n", "a second start must not touch the log");
}

#[test(needs = need::root)]
fn in_a_sticky_directory_everything_is_the_users() {
    for earlier in [None, Some("an earlier line\n")] {
        let bot =
            without_privileges(&["redirect=shared/out.log", "pid_file=shared/bot.pid", "print=up"]);
        make_directory(&bot.file("shared"), 0o1777);
        if let Some(earlier) = earlier {
            fs::write(bot.file("shared/out.log"), earlier).expect("a log");
            give_away(bot.file("shared/out.log"), NOBODY_ELSE);
        }
        let _daemon = assert_user_writes(&bot, "shared/out.log");
        assert_eq!(bot.read("shared/out.log"), earlier.unwrap_or_default().to_owned() + "up\n");
        assert_eq!(owner(&bot.pid_file()), NOBODY_ELSE);
    }
}

/// Root makes the log before the user can learn that the bot runs.
#[test(needs = need::root)]
fn a_second_start_beside_a_daemon_of_the_user_makes_no_log() {
    let bot = without_privileges(&["redirect=out.log", "pid_file=home/bot.pid"]);
    make_home(&bot, "home");
    let daemon = bot.start();
    fs::remove_file(bot.file("out.log")).expect("the log");
    assert_is_running_already(&bot, &daemon);
    assert!(!bot.file("out.log").exists());
}

/// Obstacles in place of a PID file, which the user refuses for the same reasons as root.
#[test(needs = need::root)]
fn an_obstacle_in_place_of_the_users_pid_file_is_refused() {
    let obstacles: [Trap; 4] = [
        (|path| fs::write(path, "notes\n").expect("a file"), "it holds something other than a PID"),
        (|path| symlink("elsewhere", path).expect("a link"), "it is a symbolic link"),
        (|path| mkfifo(path, Mode::S_IRWXU).expect("a pipe"), "it is not a regular file"),
        (
            |path| {
                fs::write(path, "4711\n").expect("a file");
                fs::hard_link(path, path.with_extension("other")).expect("a link");
            },
            "it has more than one hard link",
        ),
    ];
    for (put, why) in obstacles {
        let bot = without_privileges(&["pid_file=home/bot.pid"]);
        make_home(&bot, "home");
        put(&bot.pid_file());
        if !bot.pid_file().is_symlink() {
            give_away(bot.pid_file(), NOBODY_ELSE);
        }
        let line = refused_untouched(&bot, 73);
        let expected = format!(
            "builder: cannot use the PID file home/bot.pid: {why}; set `pid_file` to another path, or remove it if nobody needs it"
        );
        assert_eq!(line, expected);
    }
}

#[test(needs = need::root)]
fn a_failed_start_removes_the_users_pid_file() {
    for (words, code) in [(&["chdir=missing"][..], 78), (&["wait_ready=true", "exit=7"], 7)] {
        let bot = ending_without_privileges(&["pid_file=home/bot.pid"]);
        let bot = bot.words(words.iter().map(Into::into));
        make_home(&bot, "home");
        let _line = bot.refused(code);
        assert!(!bot.pid_file().exists());
    }
}

#[test(needs = need::root)]
fn a_daemon_removes_the_users_pid_file_at_its_end() {
    for supervised in ["restart=never", "restart=on-failure"] {
        let bot = ending_without_privileges(&["pid_file=home/bot.pid", "chdir=false", supervised]);
        let bot = bot.words(["await-in-body=gate".into()]);
        make_home(&bot, "home");
        let gate = Gate::closed(&bot.file("gate"));
        let daemon = bot.start();
        gate.open();
        daemon.assert_exits(0);
        assert!(!bot.pid_file().exists(), "{supervised}");
    }
}

/// The user itself may not inspect a process that was root's, because it may still contain secrets.
#[test(needs = need::root)]
fn a_daemon_with_the_users_pid_file_can_only_be_stopped_by_root() {
    for (stopper, is_stopped) in [(NOBODY_ELSE, false), (THIRD_USER, false), (0, true)] {
        let bot = without_privileges(&["pid_file=home/bot.pid"]);
        make_home(&bot, "home");
        let daemon = bot.start();
        let stop = builder(&[]);
        set_mode(stop.start_directory(), 0o755);
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
    wait::until("the PID to be written", || {
        fs::read_to_string(bot.pid_file()).is_ok_and(|pid| !pid.is_empty())
    });
    let running = bot.daemon();
    assert_ids(running.process, NOBODY_ELSE, NOBODY_ELSE);
    assert_eq!(owner(&bot.pid_file()), NOBODY_ELSE);
    assert_is_running_already(&bot, &running);
    drop(launching);
}

#[test(needs = need::root)]
fn an_input_is_opened_by_root_or_the_user() {
    // In root's directory, root opens what the user may not.
    let bot = without_privileges(&["redirect=out.log", "stdin=input", "run=cat"]);
    fs::write(bot.file("input"), "a key\n").expect("an input");
    set_mode(bot.file("input"), 0o600);
    let _daemon = bot.start_and_await("out.log", "a key\n");
    // In the user's directory, the user's own file is opened, and root's is not.
    let bot = without_privileges(&["redirect=out.log", "stdin=home/input", "run=cat"]);
    make_home(&bot, "home");
    fs::write(bot.file("home/input"), "a key\n").expect("an input");
    set_mode(bot.file("home/input"), 0o600);
    let line = bot.refused(73);
    let expected = format!("builder: cannot open the input home/input as user {NOBODY_ELSE}: ");
    assert!(line.starts_with(&expected), "{line}");
    give_away(bot.file("home/input"), NOBODY_ELSE);
    let _daemon = bot.start_and_await("out.log", "a key\n");
}

#[test(needs = need::root)]
fn a_file_that_the_user_may_not_open_is_refused_with_the_users_name() {
    let bot = bot!["user=nobody", "redirect=home/out.log", "sleep"];
    make_directory(&bot.file("home"), 0o755);
    set_mode(bot.start_directory(), 0o755);
    give_away(bot.file("home"), THIRD_USER);
    let line = refused_untouched(&bot, 73);
    assert_eq!(
        line,
        "builder: cannot open the log home/out.log as user nobody: Permission denied (os error 13); \
         give this user the right, or choose a path that only root can change"
    );
}

// The option `group` alone, with which the daemon stays root.

/// How a path becomes changeable for others, and the reason in the refusal.
type Danger = (fn(&Bot), &'static str);

#[test(needs = need::root)]
fn with_group_alone_a_path_that_others_can_change_is_refused() {
    let dangers: [Danger; 5] = [
        (
            |bot| give_away(bot.file("way"), THIRD_USER),
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
                "builder: cannot open way/logs/file with `user` or `group`: {why}; choose a path that only root can change"
            );
            assert_eq!(line, expected);
        }
    }
}

fn open_to(bot: &Bot, directory: &str, mode: u32) {
    set_mode(bot.file(directory), mode);
}

/// A directory whose whole path only root can change.
fn roots_directory() -> TempDir {
    TempDir::with_prefix_in("bot-", "/run").expect("a directory")
}

fn trusted_directory() -> Need {
    let is_roots =
        "test $(id -u) = 0 && test $(stat -c %u%a / /run | tr '\n' ' ' | tr -d ' ') = 07550755";
    need::command("root, and a /run that only root can change", &["sh", "-c", is_roots])
}

#[test(needs = trusted_directory)]
fn with_group_alone_the_log_is_reopened_while_only_root_can_change_its_path() {
    let directory = roots_directory();
    set_mode(directory.path(), 0o755);
    let log = directory.path().join("out.log");
    let bot = builder(&["small-signal-stack", "gid=61234", "reopen=true"]);
    let bot = bot.words([word("redirect", &log), word("pid_file", &log.with_extension("pid"))]);
    let daemon = bot.start();
    let rotate = |to: &str| {
        fs::rename(&log, directory.path().join(to)).expect("the log");
        daemon.signal(Signal::SIGHUP);
    };
    rotate("first");
    wait::until("the new log to be open", || daemon.process.has_open(1, &log));
    assert_eq!(fs::metadata(&log).expect("the log").gid(), 61234);
    // A file in its place could be a trap now.
    set_mode(directory.path(), 0o777);
    rotate("second");
    let why = "others can write in a directory on the way to it";
    let complaint = format!(
        "builder: cannot reopen the log {}: {why}; writing goes on in this file\n",
        log.display()
    );
    wait::until("the complaint to be written", || {
        fs::read_to_string(directory.path().join("second")).is_ok_and(|text| text == complaint)
    });
    assert!(!log.exists());
}

#[test(needs = need::root)]
fn with_group_alone_a_log_that_could_not_be_reopened_is_refused() {
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
fn with_group_alone_the_pid_file_is_removed_at_the_end() {
    let directory = roots_directory();
    let pid_file = directory.path().join("bot.pid");
    let bot = bot!["gid=61234", "chdir=false", word("pid_file", &pid_file), "await-in-body=gate"];
    let gate = Gate::closed(&bot.file("gate"));
    let daemon = bot.start();
    gate.open();
    let _end = daemon.end();
    assert!(!pid_file.exists());
}

// Log rotation, and all options together.

/// After a privilege drop the log in root's directory cannot be reopened, and the old log says so.
#[test(needs = need::root)]
fn a_log_that_the_user_cannot_reopen_is_reported_in_the_old_one() {
    let bot = without_privileges(&["redirect=out.log", "reopen=true"]);
    let daemon = bot.start();
    fs::rename(bot.file("out.log"), bot.file("old.log")).expect("the log");
    for _ in 0..3 {
        daemon.signal(Signal::SIGHUP);
    }
    let log = bot.file("out.log");
    let complaint = format!(
        "builder: cannot reopen the log {}: Permission denied; writing goes on in this file\n",
        log.display()
    );
    bot.await_text("old.log", &complaint);
    fs::write(&log, "").expect("a new log");
    give_away(&log, NOBODY_ELSE);
    daemon.signal(Signal::SIGHUP);
    wait::until("the new log to be open", || daemon.process.has_open(1, &log));
    assert_eq!(bot.read("old.log"), complaint, "the complaint must appear once");
}

#[test(needs = need::root)]
fn below_a_new_root_the_user_opens_its_files_inside() {
    for wait_ready in [false, true] {
        for restart in ["never", "on-failure"] {
            assert_opens_its_files_inside(wait_ready, restart);
        }
    }
}

#[track_caller]
fn assert_opens_its_files_inside(wait_ready: bool, restart: &str) {
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
    wait::until("the new log to be open", || daemon.process.has_open(1, &log));
    gate.open();
    bot.await_text("jail/home/out.log", "new\n");
    daemon.assert_exits(0);
    assert!(!bot.pid_file().exists());
}

#[test(needs = need::root)]
fn files_that_the_user_opens_must_be_inside_the_new_root() {
    for option in ["redirect=home/out.log", "stdin=home/input", "pid_file=home/bot.pid"] {
        let bot = without_privileges(&["chroot=jail", option]);
        make_directory(&bot.file("jail"), 0o755);
        make_home(&bot, "home");
        let line = refused_untouched(&bot, 73);
        let (_, path) = option.split_once('=').expect("an option");
        assert!(
            line.starts_with(&format!("builder: cannot open {path} with `user` or `group`: ")),
            "{line}"
        );
        assert!(line.contains("outside `chroot`"), "{line}");
    }
}

// A log that is the PID file.

/// Options that name one file in two ways. `logs` is a directory, and `link` is a link to it.
const SAME_FILES: [[&str; 2]; 4] = [
    ["redirect=logs/same", "pid_file=logs/same"],
    ["redirect=./logs/same", "pid_file=logs/same"],
    ["stdout=link/same", "pid_file=logs/same"],
    ["stderr=logs//same", "pid_file=link/same"],
];

#[test]
fn a_log_that_is_the_pid_file_under_any_name_is_refused() {
    for options in SAME_FILES {
        assert_same_file_is_refused(&builder(&options), |_| ());
    }
}

#[test(needs = need::root)]
fn with_a_privilege_drop_a_log_that_is_the_pid_file_is_refused_too() {
    for options in SAME_FILES {
        assert_same_file_is_refused(&without_privileges(&options), |_| ());
        assert_same_file_is_refused(&without_privileges(&options), |bot| {
            give_away(bot.file("logs"), NOBODY_ELSE);
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
