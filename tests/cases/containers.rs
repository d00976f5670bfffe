//! Bots in containers: as PID 1, or as another process beside it.

use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use serde_json::json;
use tests::container::{Container, engine};
use tests::launch::Launching;
use tests::process::Process;
use tests::wait;

fn builder(words: &[&str]) -> Container {
    Container::new(env!("CARGO_BIN_EXE_builder"), &[&["chdir=false"], words].concat())
}

/// Runs a container, and waits until the bot's body runs.
fn running(container: &Container) -> (Launching, Process) {
    let launching = container.begin();
    let _number = container.await_text("up");
    (launching, container.first_process())
}

/// Runs a container with a bot that has `commands`, and waits until it runs.
fn commanding(container: &Container) -> Launching {
    let launching = container.begin();
    // An earlier `exec` can make the engine abandon the container.
    let _number = container.await_text("before");
    let status = ["/bin/commander", "status"];
    wait::until("the bot to run", || container.execute(&status).status.code() == Some(0));
    launching
}

/// The process whose PID in the container is the text of a file.
#[track_caller]
fn noted(container: &Container, file: &str) -> Process {
    container.process(container.await_text(file).trim_end().parse().expect("a PID"))
}

/// Not noticeable for a person. An engine waits two hundred times as long before it kills.
const AT_ONCE: Duration = Duration::from_millis(50);

#[test(needs = engine)]
fn a_container_stops_at_once() {
    // On a busy machine a single try may be slow.
    let fastest = (0..5).map(|_| {
        let container = builder(&["print-is-daemon", "note=up", "sleep"]);
        let (launching, first) = running(&container);
        let asked = Instant::now();
        kill(first.0, Signal::SIGTERM).expect("the process runs");
        wait::until("the first process to end", || !first.is_alive());
        let duration = asked.elapsed();
        let launch = launching.finish();
        assert_eq!(launch.status.code(), Some(143), "{launch:?}");
        assert_eq!(launch.stdout, "false\n");
        duration
    });
    let fastest = fastest.min().expect("five tries");
    assert!(fastest < AT_ONCE, "{fastest:?}");
}

#[test(needs = engine)]
fn a_container_ends_with_the_code_of_the_body() {
    for (ending, code) in [("note=end", 0), ("exit=3", 3), ("panic=out of cheese", 101)] {
        let launch = builder(&[ending]).begin().finish();
        assert_eq!(launch.status.code(), Some(code), "{launch:?}");
    }
}

#[test(needs = engine)]
fn orphans_in_a_container_are_reaped() {
    let container = builder(&["run=busybox sleep 300 & echo $! >orphan", "note=up", "sleep"]);
    let (_launching, first) = running(&container);
    let orphan = noted(&container, "orphan");
    kill(orphan.0, Signal::SIGKILL).expect("the process runs");
    wait::until("the orphan to be reaped", || orphan.stat().is_none());
    assert!(first.is_alive());
}

#[test(needs = engine)]
fn a_second_bot_in_a_container_becomes_a_daemon() {
    let container = builder(&["note=up", "sleep"]);
    let (_launching, _first) = running(&container);
    let again = container.execute(&["/bin/builder", "chdir=false"]);
    assert!(again.refusal("builder", 75).contains("already running"), "{again:?}");
    let words = ["/bin/builder", "chdir=false", "pid_file=second.pid", "redirect=out.log"];
    let second = container.execute(&[&words[..], &["print-is-daemon", "sleep"]].concat());
    second.assert_silent_success();
    assert_eq!(container.await_text("out.log"), "true\n");
    assert!(noted(&container, "second.pid").is_alive());
}

#[test(needs = engine)]
fn words_work_beside_the_bot_in_a_container() {
    let container = Container::new(env!("CARGO_BIN_EXE_commander"), &[]);
    let launching = commanding(&container);
    let stop = container.execute(&["/bin/commander", "stop"]);
    // All processes end with the first one, sometimes even `stop` before it can return 0.
    assert!([Some(0), Some(137)].contains(&stop.status.code()), "{stop:?}");
    assert_eq!(launching.finish().status.code(), Some(143));
}

#[test(needs = engine)]
fn a_container_needs_no_proc() {
    // The engine needs `/proc` until the first process runs.
    let script = "busybox umount /proc && exec /bin/builder chdir=false print-is-daemon note=up \
                  sleep";
    let container = builder(&[])
        .with("/process/args", json!(["/bin/sh", "-c", script]))
        .with("/process/capabilities/bounding", json!(["CAP_SYS_ADMIN"]))
        .with("/process/capabilities/permitted", json!(["CAP_SYS_ADMIN"]))
        .with("/process/capabilities/effective", json!(["CAP_SYS_ADMIN"]));
    let (launching, first) = running(&container);
    kill(first.0, Signal::SIGTERM).expect("the process runs");
    let launch = launching.finish();
    assert_eq!(launch.status.code(), Some(143), "{launch:?}");
    assert_eq!(launch.stdout, "false\n");
}

/// Makes the root directory read-only except for `/tmp` and this mount point, where the directory
/// `work` is mounted.
fn read_only_but(container: Container, here: &str) -> Container {
    let mounts = json!([
        { "destination": "/dev", "type": "tmpfs", "source": "tmpfs" },
        { "destination": "/tmp", "type": "tmpfs", "source": "tmpfs" },
        { "destination": "/proc", "type": "proc", "source": "proc" },
        { "destination": here, "type": "bind", "source": "rootfs/work", "options": ["bind", "rw"] },
    ]);
    container.with("/root/readonly", json!(true)).with("/mounts", mounts)
}

#[test(needs = engine)]
fn a_read_only_root_only_costs_the_default_pid_file() {
    let words = ["redirect=out.log", "print-is-daemon", "note=/volume/up", "sleep"];
    let container = read_only_but(builder(&words), "/volume");
    let (launching, first) = running(&container);
    kill(first.0, Signal::SIGTERM).expect("the process runs");
    let launch = launching.finish();
    assert_eq!((launch.status.code(), &*launch.stderr), (Some(143), ""), "{launch:?}");
    assert_eq!(launch.stdout, "false\n");
    assert!(!container.file("work/builder.pid").exists());
    let refused = read_only_but(builder(&["pid_file=true"]), "/volume").begin().finish();
    let line = refused.refusal("builder", 73);
    assert!(line.contains("builder.pid: Read-only file system"), "{line}");
}

#[test(needs = engine)]
fn words_work_in_a_writable_directory_below_a_read_only_root() {
    let container = Container::new(env!("CARGO_BIN_EXE_commander"), &[]);
    let container = read_only_but(container, "/work");
    let launching = commanding(&container);
    kill(container.first_process().0, Signal::SIGTERM).expect("the process runs");
    assert_eq!(launching.finish().status.code(), Some(143));
}

#[test(needs = engine)]
fn an_ordinary_user_can_be_pid_1() {
    let container = builder(&["print-is-daemon", "note=up", "sleep"]);
    let container = container.with("/process/user", json!({ "uid": 1234, "gid": 1234 }));
    let (launching, first) = running(&container);
    assert_eq!(first.status("Uid"), "1234\t1234\t1234\t1234");
    kill(first.0, Signal::SIGTERM).expect("the process runs");
    assert_eq!(launching.finish().status.code(), Some(143));
}
