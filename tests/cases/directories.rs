//! The option `create_dirs`: missing directories of a log or the PID file are made.

use std::fs;
use std::os::unix::fs::{MetadataExt, lchown, symlink};
use std::path::Path;

use nix::sys::signal::Signal;
use tests::bot::{Bot, begin, word};
use tests::files::{give_away, set_mode};
use tests::need::{self, NOBODY_ELSE};
use tests::{bot, wait};

use crate::privileges::{as_ordinary_user, make_directory, refused_untouched, without_privileges};

/// Owner, group and permissions.
fn rights(path: &Path) -> (u32, u32, u32) {
    let file = fs::metadata(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    (file.uid(), file.gid(), file.mode() & 0o7777)
}

const ROOTS: (u32, u32, u32) = (0, 0, 0o755);
const USERS: (u32, u32, u32) = (NOBODY_ELSE, NOBODY_ELSE, 0o755);

#[test]
fn without_the_option_a_missing_directory_fails_the_start() {
    for option in ["redirect=logs/out.log", "stderr=logs/out.log", "pid_file=run/bot.pid"] {
        for switch in ["umask=022", "create_dirs=false"] {
            let line = refused_untouched(&bot![option, switch, "sleep"], 73);
            let way_out = "(os error 2); make its directory, or set `create_dirs`";
            assert!(line.ends_with(way_out), "{line}");
        }
    }
}

#[test]
fn missing_directories_of_logs_and_pid_file_are_made() {
    for (umask, mode) in [("umask=022", 0o755), ("umask=027", 0o750), ("umask=000", 0o755)] {
        let bot = bot![
            "create_dirs=true",
            "stdout=logs/deep/out.log",
            "stderr=logs/errors/../other/error.log",
            "pid_file=run/bot/bot.pid",
            umask,
            "print=up",
            "sleep"
        ];
        let _daemon = bot.start_and_await("logs/deep/out.log", "up\n");
        assert!(bot.file("logs/other/error.log").exists());
        for made in ["logs", "logs/deep", "logs/errors", "logs/other", "run", "run/bot"] {
            assert_eq!(bot.mode(made), mode, "{made} under {umask}");
        }
    }
}

#[test]
fn existing_directories_stay_as_they_are() {
    let bot = bot!["create_dirs=true", "redirect=logs/out.log", "pid_file=run/bot.pid", "sleep"];
    make_directory(&bot.file("logs"), 0o711);
    make_directory(&bot.file("run"), 0o700);
    let daemon = bot.start();
    assert_eq!((bot.mode("logs"), bot.mode("run")), (0o711, 0o700));
    let line = bot.launch().refusal("builder", 75);
    assert!(line.contains(&format!("already running with PID {}", daemon.pid())), "{line}");
}

#[test]
fn directories_of_an_absolute_path_are_made() {
    let bot = bot!["create_dirs=true"];
    let log = bot.file("logs/deep/out.log");
    let bot = bot.words([word("redirect", &log), "sleep".into()]);
    let _daemon = bot.start();
    assert!(log.exists());
}

/// Causes of a failed start: in the launcher, in the session leader, and in the body.
const FAILURES: [(&[&str], i32); 4] = [
    (&["stdin=missing"], 73),
    (&["chdir=missing"], 78),
    (&["wait_ready=true", "exit=7"], 7),
    (&["wait_ready=true", "restart=always", "exit=7"], 7),
];

#[test]
fn a_failed_start_removes_the_directories_that_it_made() {
    for (words, code) in FAILURES {
        let bot = bot!["create_dirs=true", "redirect=logs/deep/out.log", "pid_file=run/bot.pid"];
        let bot = bot.words(words.iter().map(Into::into));
        let _line = refused_untouched(&bot, code);
    }
}

#[test]
fn an_interrupted_start_removes_the_directories_that_it_made() {
    for restart in ["never", "always"] {
        for signal in [Signal::SIGINT, Signal::SIGTERM, Signal::SIGKILL] {
            let bot = bot![
                "create_dirs=true",
                "redirect=logs/deep/out.log",
                "pid_file=run/bot.pid",
                "chdir=false",
                "wait_ready=true",
                format!("restart={restart}"),
                "note=note",
                "sleep"
            ];
            let launching = begin(bot.command());
            let _body = bot.await_body();
            launching.signal(signal);
            assert!(!launching.finish().status.success());
            wait::until("all but the note to be gone", || bot.files() == ["note"]);
        }
    }
}

#[test]
fn a_failed_start_keeps_what_existed_before() {
    for (words, code) in FAILURES {
        let bot = bot!["create_dirs=true", "redirect=logs/out.log", "pid_file=run/deep/bot.pid"];
        let bot = bot.words(words.iter().map(Into::into));
        make_directory(&bot.file("run"), 0o755);
        make_directory(&bot.file("logs"), 0o755);
        fs::write(bot.file("logs/out.log"), "").expect("a log");
        let _line = refused_untouched(&bot, code);
    }
}

#[test]
fn a_directory_that_cannot_be_made_fails_the_start() {
    let bot = bot!["create_dirs=true", "redirect=logs/file/deep/out.log", "sleep"];
    make_directory(&bot.file("logs"), 0o755);
    fs::write(bot.file("logs/file"), "").expect("a file");
    let line = refused_untouched(&bot, 73);
    let reason = "cannot create the directory of logs/file/deep/out.log: Not a directory";
    assert!(line.contains(reason), "{line}");
}

#[test]
fn a_directory_that_its_maker_may_not_open_is_taken_back() {
    let bot = bot!["create_dirs=true", "redirect=logs/out.log", "umask=777", "sleep"];
    let line = bot.refused_by(as_ordinary_user(&bot), 73);
    assert!(line.contains("logs/out.log: Permission denied"), "{line}");
    assert!(!bot.file("logs").exists());
}

#[test]
fn in_the_foreground_no_directory_of_a_log_is_made() {
    let bot = bot!["create_dirs=true", "when=false", "redirect=logs/out.log"];
    let bot = bot.words(["pid_file=run/bot.pid", "exit=0"].map(Into::into));
    assert!(bot.launch().status.success());
    assert!(bot.file("run").exists() && !bot.file("logs").exists());
}

// With a privilege drop.

#[test(needs = need::root)]
fn log_directories_belong_to_the_user_and_pid_file_directories_to_root() {
    let bot = without_privileges(&[
        "create_dirs=true",
        "redirect=var/log/bot/out.log",
        "pid_file=run/bot/bot.pid",
        "reopen=true",
    ]);
    make_directory(&bot.file("var"), 0o755);
    let _daemon = bot.start();
    for (made, expected) in [
        ("var", ROOTS),
        ("var/log", USERS),
        ("var/log/bot", USERS),
        ("run", ROOTS),
        ("run/bot", ROOTS),
    ] {
        assert_eq!(rights(&bot.file(made)), expected, "{made}");
    }
    assert_eq!(rights(&bot.file("var/log/bot/out.log")).0, NOBODY_ELSE);
    assert_eq!(rights(&bot.pid_file()).0, 0);
}

#[test(needs = need::root)]
fn a_new_directory_of_log_and_pid_file_belongs_to_the_user() {
    let bot = without_privileges(&["create_dirs=true", "redirect=bot/out.log", "pid_file=bot/pid"]);
    for _ in 0..2 {
        let daemon = bot.start();
        assert_eq!(rights(&bot.file("bot")), USERS);
        assert_eq!(rights(&bot.file("bot/out.log")).0, NOBODY_ELSE);
        assert_eq!(rights(&bot.pid_file()).0, NOBODY_ELSE);
        daemon.kill();
    }
}

#[test(needs = need::root)]
fn in_a_directory_of_the_user_new_ones_belong_to_the_user() {
    let bot = without_privileges(&[
        "create_dirs=true",
        "redirect=home/logs/deep/out.log",
        "pid_file=home/run/bot.pid",
    ]);
    make_directory(&bot.file("home"), 0o755);
    give_away(bot.file("home"), NOBODY_ELSE);
    let _daemon = bot.start();
    for made in ["home/logs", "home/logs/deep", "home/run"] {
        assert_eq!(rights(&bot.file(made)), USERS, "{made}");
    }
}

#[test(needs = need::root)]
fn below_a_new_root_new_directories_belong_to_the_user() {
    let bot = without_privileges(&[
        "create_dirs=true",
        "chroot=jail",
        "redirect=jail/home/logs/out.log",
        "pid_file=jail/home/run/bot.pid",
    ]);
    make_directory(&bot.file("jail"), 0o755);
    make_directory(&bot.file("jail/home"), 0o755);
    give_away(bot.file("jail/home"), NOBODY_ELSE);
    let _daemon = bot.start();
    for made in ["jail/home/logs", "jail/home/run"] {
        assert_eq!(rights(&bot.file(made)), USERS, "{made}");
    }
}

#[test(needs = need::root)]
fn a_directory_that_the_user_may_not_make_is_named_in_one_line() {
    for option in ["redirect=shared/logs/out.log", "pid_file=shared/logs/bot.pid"] {
        let bot = without_privileges(&["create_dirs=true", option]);
        make_directory(&bot.file("shared"), 0o775);
        let line = refused_untouched(&bot, 73);
        let (_, path) = option.split_once('=').expect("a path");
        assert_eq!(
            line,
            format!(
                "builder: cannot create the directory of {path} as user {NOBODY_ELSE}: Permission denied \
                 (os error 13); give this user the right, or choose a path that only root can change"
            )
        );
    }
}

#[test(needs = need::root)]
fn with_a_privilege_drop_a_failed_start_removes_its_directories() {
    for (words, code) in FAILURES {
        for start in ["", "home/"] {
            let id = NOBODY_ELSE;
            let bot = bot![format!("uid={id}"), format!("gid={id}"), "create_dirs=true"];
            let paths =
                ["redirect", "pid_file"].map(|option| format!("{option}={start}new/{option}/file"));
            let bot = bot.words(paths.map(Into::into)).words(words.iter().map(Into::into));
            set_mode(bot.start_directory(), 0o755);
            make_directory(&bot.file("home"), 0o755);
            give_away(bot.file("home"), id);
            let _line = refused_untouched(&bot, code);
        }
    }
}

#[test(needs = need::mounts)]
fn a_file_that_cannot_be_given_away_is_taken_back() {
    for option in ["redirect=shared/out.log", "pid_file=shared/bot.pid"] {
        let bot = without_privileges(&[option]);
        make_directory(&bot.file("shared"), 0o775);
        // The user is nobody in this namespace.
        let line = bot.refused_by(bot.command_by(&["unshare", "--map-root-user"]), 73);
        let (_, path) = option.split_once('=').expect("a path");
        assert!(line.contains(&format!("{path}: Invalid argument")), "{line}");
        assert_eq!(fs::read_dir(bot.file("shared")).expect("a directory").count(), 0);
    }
}

#[test(needs = need::root)]
fn root_makes_no_directory_behind_a_link_of_the_user() {
    let bot = without_privileges(&["create_dirs=true", "redirect=home/link/new/out.log"]);
    make_directory(&bot.file("home"), 0o755);
    make_directory(&bot.file("treasure"), 0o755);
    plant(&bot);
    let line = refused_untouched(&bot, 73);
    assert!(line.contains("Permission denied"), "{line}");
    assert_eq!(fs::read_dir(bot.file("treasure")).expect("a directory").count(), 0);
}

fn plant(bot: &Bot) {
    symlink("../treasure", bot.file("home/link")).expect("a link");
    lchown(bot.file("home/link"), Some(NOBODY_ELSE), None).expect("given away");
    give_away(bot.file("home"), NOBODY_ELSE);
}
