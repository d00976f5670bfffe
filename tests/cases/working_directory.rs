//! The working directory, and what relative paths are relative to.

use std::fs;
use std::path::Path;

use nix::sys::stat::Mode;
use tests::bot;
use tests::bot::word;
use tests::condition::Condition;

#[test]
fn the_working_directory_is_the_root_by_default() {
    assert_eq!(bot!["sleep"].start().process.working_directory(), Path::new("/"));
}

#[test]
fn with_chdir_the_working_directory_is_the_root() {
    assert_eq!(bot!["chdir=true", "sleep"].start().process.working_directory(), Path::new("/"));
}

#[test]
fn without_chdir_the_daemon_stays_in_the_start_directory() {
    let bot = bot!["chdir=false", "sleep"];
    assert_eq!(bot.start().process.working_directory(), bot.start_directory());
}

#[test]
fn a_chosen_directory_is_relative_to_the_start_directory() {
    let bot = bot!["chdir=chosen", "sleep"];
    fs::create_dir(bot.file("chosen")).expect("a directory");
    assert_eq!(bot.start().process.working_directory(), bot.file("chosen"));
}

#[test]
fn a_missing_working_directory_fails_the_start() {
    let bot = bot!["chdir=missing", "sleep"];
    let line = bot.refused(78);
    assert!(line.contains("missing: No such file or directory"), "{line}");
    assert!(!bot.pid_file().exists());
}

#[test]
fn relative_files_are_in_the_start_directory_despite_chdir() {
    for directory in ["chdir=true", "chdir=false", "chdir=chosen"] {
        let bot = bot![directory, "redirect=out.log", "pid_file=bot.pid", "print=up", "sleep"];
        fs::create_dir(bot.file("chosen")).expect("a directory");
        let daemon = bot.start_and_await("out.log", "up\n");
        assert_eq!(bot.read("bot.pid"), format!("{}\n", daemon.pid()));
    }
}

#[test]
fn the_start_directory_can_be_removed_while_the_daemon_runs() {
    let bot = bot!["sleep"];
    let daemon = bot.start();
    fs::remove_dir_all(bot.start_directory()).expect("the directory can be removed");
    assert!(daemon.process.is_alive());
}

#[test]
fn in_a_deleted_start_directory_relative_files_are_refused() {
    for (option, code, what) in [
        ("pid_file=true", 72, "cannot find the start directory"),
        ("pid_file=bot.pid", 72, "cannot find the start directory"),
        ("redirect=out.log pid_file=false", 73, "cannot open the log out.log"),
    ] {
        let bot = bot![].words(option.split(' ').chain(["sleep"]).map(Into::into));
        let gone = bot.command_in_shell(r#"mkdir gone; cd gone; rmdir "$PWD"; exec "$@""#);
        let line = bot.refused_by(gone, code);
        assert_eq!(line, format!("builder: {what}: No such file or directory (os error 2)"));
    }
}

#[test]
fn in_a_deleted_start_directory_absolute_files_work() {
    let home = tempfile::tempdir().expect("a directory");
    let file = |name: &str| home.path().join(name);
    let bot = bot![
        word("pid_file", &file("bot.pid")),
        word("redirect", &file("out.log")),
        word("note", &file("note")),
        "sleep",
    ];
    let daemon =
        bot.start_by(bot.command_in_shell(r#"mkdir gone; cd gone; rmdir "$PWD"; exec "$@""#));
    tests::wait::until("the body to run", || file("note").exists());
    assert!(daemon.process.has_open(1, &file("out.log")));
}

#[test]
fn without_the_option_the_launchers_umask_holds() {
    for umask in [0o022, 0o027, 0o077, 0o000] {
        let bot = bot!["redirect=out.log", "chdir=false", "note=note", "print=noted", "sleep"];
        let bot = bot.under(Condition::Umask(Mode::from_bits_truncate(umask)));
        let _daemon = bot.start_and_await("out.log", "noted\n");
        assert_eq!(bot.mode("note"), 0o666 & !umask, "a file of the body under {umask:o}");
        assert_eq!(bot.mode("out.log"), 0o666 & !umask, "the log under {umask:o}");
        assert_eq!(bot.mode("builder.pid"), 0o644, "the PID file under {umask:o}");
    }
}
