//! The PID file: its name, its lock, and obstacles in its place.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::os::unix::fs::{FileExt, FileTypeExt, MetadataExt, symlink};
use std::os::unix::net::UnixListener;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use nix::sys::stat::Mode;
use nix::unistd::mkfifo;
use tests::bot::{begin, word};
use tests::daemon::Daemon;
use tests::lock::Gate;
use tests::{bot, lock, need, wait};

#[test]
fn the_pid_file_is_named_after_the_program() {
    let names = [
        ("bot", "bot.pid"),
        ("bot.one", "bot.pid"),
        ("bot.one.two", "bot.one.pid"),
        (".hidden", ".hidden.pid"),
        ("/not/the/start/directory/bot", "bot.pid"),
    ];
    for (program, file) in names {
        let bot = bot!["sleep"];
        begin(bot.command_as(program)).finish().assert_silent_success();
        let daemon = Daemon::recorded_in(&bot.file(file));
        assert_eq!(bot.processes(), [daemon.process], "{program}");
    }
}

#[test]
fn a_chosen_pid_file_is_used() {
    let elsewhere = tempfile::tempdir().expect("a directory");
    for file in ["run.txt".into(), elsewhere.path().join("run.txt")] {
        let bot = bot![word("pid_file", &file), "sleep"];
        let daemon = bot.start();
        assert_eq!(bot.processes(), [daemon.process]);
        assert!(lock::is_held(&bot.pid_file()));
        assert!(!bot.file("builder.pid").exists());
    }
}

#[test]
fn without_a_pid_file_several_daemons_can_run() {
    let bot = bot!["pid_file=false", "sleep"];
    for running in 1..=2 {
        bot.launch().assert_silent_success();
        assert_eq!(bot.processes().len(), running);
    }
    assert_eq!(bot.files(), [""; 0]);
}

#[test]
fn the_pid_file_is_locked_as_long_as_the_daemon_lives() {
    let bot = bot!["sleep"];
    let daemon = bot.start();
    assert!(lock::is_held(&bot.pid_file()));
    daemon.kill();
    wait::until("the lock to be released", || !lock::is_held(&bot.pid_file()));
}

#[test]
fn a_second_start_is_refused_and_touches_nothing() {
    let bot = bot!["redirect=out.log", "print=up", "sleep"];
    let daemon = bot.start_and_await("out.log", "up\n");
    let seen = |name| {
        let file = fs::metadata(bot.file(name)).expect("the file");
        (
            file.ino(),
            file.mtime(),
            file.mtime_nsec(),
            file.ctime(),
            file.ctime_nsec(),
            file.mode(),
            bot.read(name),
        )
    };
    let before = ["builder.pid", "out.log"].map(seen);
    let line = bot.launch().refusal("builder", 75);
    assert_eq!(
        line,
        format!("builder: cannot start: already running with PID {} (builder.pid)", daemon.pid())
    );
    assert_eq!(["builder.pid", "out.log"].map(seen), before);
    assert_eq!(bot.processes(), [daemon.process]);
    fs::remove_file(bot.file("out.log")).expect("a log");
    let _line = bot.launch().refusal("builder", 75);
    assert!(!bot.file("out.log").exists());
}

#[test]
fn a_stale_pid_file_is_taken_over() {
    let living_stranger = format!("{}\n", std::process::id());
    let white_space = [" 12\n", "12\n\n", "\t12 \r\n", "  \n", "12 "];
    let others = ["", "\n", "0\n", "1\n", "4711", "99999999999999999999\n", &living_stranger];
    for stale in white_space.into_iter().chain(others) {
        let bot = bot!["sleep"];
        fs::write(bot.pid_file(), stale).expect("a file");
        let daemon = bot.start();
        assert_eq!(bot.read("builder.pid"), format!("{}\n", daemon.pid()), "after {stale:?}");
    }
}

/// As in a directory of root. Root itself may remove files there, but no mount point.
#[test(needs = need::mounts)]
fn a_stale_pid_file_that_cannot_be_removed_is_taken_over() {
    let bot = bot!["sleep"];
    fs::write(bot.pid_file(), "99999999999999999999\n").expect("a file");
    let inode = || fs::metadata(bot.pid_file()).expect("the file").ino();
    let before = inode();
    let mounted = bot.command_after_mounting("mount --bind builder.pid builder.pid");
    let _daemon = bot.start_by(mounted);
    assert_eq!(inode(), before);
}

#[test]
fn whoever_reads_during_a_takeover_finds_the_old_pid_none_or_the_new_one() {
    for left in ["07\n", "99999999999999999999\n"] {
        let bot = bot!["sleep"];
        let path = bot.pid_file();
        let is_over = AtomicBool::new(false);
        let (seen, mut allowed) = thread::scope(|scope| {
            // By single reads, without a pause: what is in between does not last.
            let read = || {
                let mut seen = BTreeSet::new();
                while !is_over.load(Ordering::Relaxed) {
                    let Ok(file) = File::open(&path) else { continue };
                    let mut text = [0; 32];
                    let length = file.read_at(&mut text, 0).expect("a text");
                    seen.insert(String::from_utf8_lossy(&text[..length]).into_owned());
                }
                seen
            };
            // More than processors: one that waits for its turn is held up in the middle of a read.
            let readers = [(); 4].map(|()| scope.spawn(read));
            let starts = (0..50).map(|_| {
                let _ = fs::remove_file(&path);
                fs::write(&path, left).expect("a file");
                let daemon = bot.start();
                let text = format!("{}\n", daemon.pid());
                daemon.kill();
                text
            });
            let allowed: BTreeSet<_> = starts.collect();
            is_over.store(true, Ordering::Relaxed);
            let seen = readers.map(|reader| reader.join().expect("a reader"));
            (seen.into_iter().flatten().collect::<BTreeSet<_>>(), allowed)
        });
        allowed.extend([String::new(), left.to_owned()]);
        let odd: Vec<_> = seen.difference(&allowed).collect();
        assert!(odd.is_empty(), "after {left:?}: {odd:?}");
    }
}

#[test]
fn a_file_with_other_text_is_refused_untouched() {
    for text in
        ["notes\n", "-1\n", "12 34\n", "12\n34\n", "12\0", "\u{a0}12\n", &"x".repeat(1 << 20)]
    {
        let bot = bot!["sleep"];
        fs::write(bot.pid_file(), text).expect("a file");
        let line = bot.refused(73);
        assert!(line.contains("builder.pid"), "{line}");
        assert_eq!(bot.read("builder.pid"), text);
    }
}

#[test]
fn anything_but_a_regular_file_is_refused_without_blocking() {
    for odd in ["pipe", "socket", "directory", "/dev/null", "/dev/full"] {
        let bot = bot![format!("pid_file={odd}"), "sleep"];
        mkfifo(&bot.file("pipe"), Mode::S_IRWXU).expect("a pipe");
        let _listener = UnixListener::bind(bot.file("socket")).expect("a socket");
        fs::create_dir(bot.file("directory")).expect("a directory");
        let line = bot.refused(73);
        assert!(line.contains(odd), "{line}");
        let kind =
            fs::symlink_metadata(bot.file(odd)).expect("the obstacle is still there").file_type();
        assert!(
            !kind.is_file()
                && (kind.is_fifo() || kind.is_socket() || kind.is_dir() || kind.is_char_device())
        );
    }
}

#[test]
fn a_symbolic_link_is_refused_and_its_target_untouched() {
    let bot = bot!["sleep"];
    symlink("target", bot.pid_file()).expect("a link");
    let line = bot.refused(73);
    assert!(line.contains("builder.pid: it is a symbolic link"), "{line}");
    assert!(!bot.file("target").exists(), "the target of a dangling link must not be made");
    fs::write(bot.file("target"), "4711\n").expect("a file");
    let _line = bot.refused(73);
    assert_eq!(bot.read("target"), "4711\n");
}

#[test]
fn a_hard_link_is_refused_and_its_other_name_untouched() {
    let bot = bot!["sleep"];
    fs::write(bot.file("precious"), "4711\n").expect("a file");
    fs::hard_link(bot.file("precious"), bot.pid_file()).expect("a link");
    let line = bot.refused(73);
    assert!(line.contains("builder.pid: "), "{line}");
    assert_eq!(bot.read("precious"), "4711\n");
}

#[test]
fn a_start_that_fails_later_removes_the_pid_file() {
    let bot = bot!["chdir=missing", "sleep"];
    let _line = bot.refused(78);
    assert!(!bot.pid_file().exists());
}

#[test]
fn a_replaced_pid_file_is_not_removed() {
    let bot = bot!["chdir=false", "await-in-body=gate"];
    let gate = Gate::closed(&bot.file("gate"));
    let daemon = bot.start();
    fs::write(bot.file("new"), "4711\n").expect("a file");
    fs::rename(bot.file("new"), bot.pid_file()).expect("a replaced file");
    gate.open();
    let _end = daemon.end();
    assert_eq!(bot.read("builder.pid"), "4711\n");
}

#[test]
fn an_empty_locked_pid_file_is_a_bot_that_starts() {
    let bot = bot!["sleep"];
    let _file = lock::take_new(&bot.pid_file());
    let line = bot.launch().refusal("builder", 75);
    assert!(line.contains("already starting") && line.contains("builder.pid"), "{line}");
    assert_eq!(bot.processes(), []);
}

#[test]
fn looking_at_the_lock_disturbs_no_start() {
    let bot = bot!["sleep"];
    let start_and_kill = || (0..50).for_each(|_| bot.start().kill());
    let _looks = wait::look_during(start_and_kill, || lock::is_held(&bot.pid_file()));
}
