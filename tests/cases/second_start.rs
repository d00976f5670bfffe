//! A process can start only once. A child that it forks can start again.

use tests::daemon::Daemon;
use tests::{bot, lock, wait};

const REFUSED: &str = "cannot start: this process has already started; a child that it forks may \
                       start again\n";

#[test]
fn a_daemon_cannot_start_again() {
    for restart in ["restart=never", "restart=on-failure"] {
        let bot = bot!["chdir=false", restart, "redirect=out.log", "start-again", "sleep"];
        let daemon = bot.start_and_await("out.log", REFUSED);
        assert!(lock::is_held(&bot.pid_file()));
        assert_eq!(bot.read("builder.pid"), format!("{}\n", daemon.pid()));
        assert!(!bot.file("again.pid").exists());
    }
}

#[test]
fn a_program_in_the_foreground_cannot_start_again() {
    let launch = bot!["when=false", "start-again"].launch();
    assert_eq!((launch.status.code(), &*launch.stdout), (Some(0), REFUSED));
}

#[test]
fn a_forked_child_can_start_its_own_daemon() {
    let bot = bot!["chdir=false", "redirect=out.log", "start-in-child=child.pid", "sleep"];
    let daemon = bot.start();
    wait::until("the child's launcher to exit", || bot.read("out.log").contains("Exited"));
    assert!(bot.read("out.log").contains(", 0)"), "{}", bot.read("out.log"));
    let child = Daemon::recorded_in(&bot.file("child.pid"));
    assert!(lock::is_held(&bot.file("child.pid")) && lock::is_held(&bot.pid_file()));
    daemon.kill();
    wait::until("the child to release the lock of its parent", || !lock::is_held(&bot.pid_file()));
    assert!(lock::is_held(&bot.file("child.pid")));
    child.kill();
}

#[test]
fn the_lock_of_a_daemon_holds_for_its_forked_child_too() {
    let bot = bot!["chdir=false", "redirect=out.log", "start-in-child=builder.pid", "sleep"];
    let daemon = bot.start();
    wait::until("the child's launcher to exit", || bot.read("out.log").contains("Exited"));
    let log = bot.read("out.log");
    assert!(log.contains(&format!("already running with PID {}", daemon.pid())), "{log}");
    assert!(log.contains(", 75)"), "{log}");
    assert_eq!(bot.read("builder.pid"), format!("{}\n", daemon.pid()));
}
