//! File systems on which all files have one mode, which cannot be changed. And files that a file
//! server has leased.

use std::fs::{self, File};
use std::os::fd::AsRawFd;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use nix::libc;
use tempfile::TempDir;
use tests::bot::{Bot, begin, word};
use tests::files::set_mode;
use tests::need::{self, NOBODY_ELSE, Need};
use tests::{bot, lock, wait};

fn bindfs() -> Need {
    let mounts = "test $(id -u) = 0 && test -w /dev/fuse && bindfs --version";
    need::command("root, FUSE and bindfs", &["sh", "-c", mounts])
}

/// A mounted file system. Dropping it unmounts it.
struct Mount {
    server: Child,
    directory: TempDir,
}

impl Mount {
    #[track_caller]
    fn new(options: &[&str]) -> Self {
        let directory = TempDir::with_prefix("mount-").expect("a directory");
        let [below, above] = ["below", "above"].map(|name| directory.path().join(name));
        for made in [&below, &above] {
            fs::create_dir(made).expect("a directory");
        }
        let device = |path: &Path| fs::metadata(path).map(|there| there.dev()).ok();
        let before = device(&above);
        let mut server = Command::new("bindfs");
        server.arg("-f").args(options).args(["-o", "allow_other"]).args([&below, &above]);
        server.stdout(Stdio::null()).stderr(Stdio::null());
        let server = server.spawn().expect("bindfs can be executed");
        let mount = Self { server, directory };
        wait::until("the file system to be mounted", || device(&mount.file("")) != before);
        mount
    }

    /// The path of a file in the file system.
    fn file(&self, name: &str) -> PathBuf {
        self.directory.path().join("above").join(name)
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        let unmounted = Command::new("umount").arg("--lazy").arg(self.file("")).status();
        assert!(unmounted.is_ok_and(|status| status.success()), "cannot unmount");
        // The server ends when no process uses the file system.
        wait::until("the server to end", || self.server.try_wait().is_ok_and(|end| end.is_some()));
    }
}

/// File systems with one mode for all files, as FAT has with its mount options.
const ONE_MODE: [&[&str]; 4] = [
    &["--perms=0777", "--chmod-deny"],
    &["--perms=0777", "--chmod-ignore"],
    &["--perms=0666:a+X", "--chmod-deny"],
    &["--perms=0600:u+X", "--chmod-deny"],
];

/// A start that retries for two seconds takes longer.
const AT_ONCE: Duration = Duration::from_millis(1900);

#[track_caller]
fn assert_starts_and_is_refused_twice(bot: &Bot) {
    for _ in 0..2 {
        let begin = Instant::now();
        let daemon = bot.start();
        assert!(begin.elapsed() < AT_ONCE, "{:?}", begin.elapsed());
        assert!(lock::is_held(&bot.pid_file()));
        let line = bot.launch().refusal("builder", 75);
        assert!(line.contains(&format!("already running with PID {}", daemon.pid())), "{line}");
        // A killed daemon leaves its PID file to the next start.
        daemon.kill();
        assert!(bot.pid_file().exists());
    }
}

#[test(needs = bindfs)]
fn a_start_works_where_modes_cannot_be_set() {
    for options in ONE_MODE {
        let mount = Mount::new(options);
        let [log, pid_file] = ["out.log", "bot.pid"].map(|name| mount.file(name));
        let bot = bot![word("redirect", &log), word("pid_file", &pid_file), "sleep"];
        assert_starts_and_is_refused_twice(&bot);
    }
}

#[test(needs = bindfs)]
fn a_privilege_drop_works_where_modes_cannot_be_set() {
    let owner = format!("--force-user={NOBODY_ELSE}");
    let mount = Mount::new(&["--perms=0777", "--chmod-deny", "--chown-deny", &owner]);
    let [log, pid_file] = ["out.log", "bot.pid"].map(|name| mount.file(name));
    let ids = [format!("uid={NOBODY_ELSE}"), format!("gid={NOBODY_ELSE}")].map(Into::into);
    let bot = bot![word("redirect", &log), word("pid_file", &pid_file), "sleep"].words(ids);
    set_mode(mount.directory.path(), 0o755);
    assert_starts_and_is_refused_twice(&bot);
}

/// A lease on a file, as a file server has it for a client.
struct Lease {
    file: File,
    kind: libc::c_int,
}

impl Lease {
    /// For a client that only reads.
    fn on(path: &Path) -> Option<Self> {
        Self::of_kind(libc::F_RDLCK, path)
    }

    /// For a client that may write, which nobody else may even read meanwhile.
    fn for_writing_on(path: &Path) -> Option<Self> {
        Self::of_kind(libc::F_WRLCK, path)
    }

    fn of_kind(kind: libc::c_int, path: &Path) -> Option<Self> {
        // The `libc` crate does not have it.
        const F_SETSIG: libc::c_int = 10;
        fs::write(path, "").ok()?;
        let lease = Self { file: File::open(path).ok()?, kind };
        // Not the usual signal, which would end this process.
        lease.ask(F_SETSIG, libc::SIGURG);
        (lease.ask(libc::F_SETLEASE, kind) == 0).then_some(lease)
    }

    /// Whether somebody who wants the file waits for its end.
    fn is_to_end(&self) -> bool {
        self.ask(libc::F_GETLEASE, 0) != self.kind
    }

    fn ask(&self, command: libc::c_int, number: libc::c_int) -> libc::c_int {
        // SAFETY: the commands take a number.
        unsafe { libc::fcntl(self.file.as_raw_fd(), command, number) }
    }
}

fn leases() -> Need {
    let directory = tempfile::tempdir().expect("a directory");
    Need::new("leases on files", Lease::on(&directory.path().join("file")).is_some())
}

#[test(needs = leases)]
fn a_file_with_a_lease_is_opened_when_that_is_given_up() {
    for name in ["out.log", "builder.pid"] {
        let bot = bot!["redirect=out.log", "print=up", "sleep"];
        let lease = Lease::on(&bot.file(name)).expect("a lease");
        let launching = begin(bot.command());
        wait::until("a start", || lease.is_to_end());
        drop(lease);
        launching.finish().assert_silent_success();
        bot.await_text("out.log", "up\n");
    }
}

#[test(needs = leases)]
fn words_wait_until_a_lease_is_given_up() {
    for (word, file, code) in [("status", "speaker.pid", 1), ("log", "out.log", 0)] {
        let bot = Bot::new(env!("CARGO_BIN_EXE_speaker"));
        let lease = Lease::for_writing_on(&bot.file(file)).expect("a lease");
        let asking = bot.begin_with(&[word]);
        wait::until("a look at the file", || lease.is_to_end());
        // Longer than a daemon may look odd.
        thread::sleep(Duration::from_millis(300));
        drop(lease);
        let asked = asking.finish();
        assert_eq!(asked.status.code(), Some(code), "{word}: {}", asked.stderr);
    }
}
