//! A bot that has dropped its privileges, and then tries to become root again and to tamper with
//! its PID file. Its log says how each attempt ended.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io;
use std::os::fd::BorrowedFd;
use std::os::unix::fs::{FileExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use daemonize_runtime::daemonize;
use nix::errno::Errno;
use nix::unistd::{Gid, Uid, setegid, seteuid, setgid, setgroups, setuid};
use tests::need::NOBODY_ELSE;

const PID_FILE: &str = "intruder.pid";

#[daemonize(user = NOBODY_ELSE, group = NOBODY_ELSE, redirect = "out.log", chdir = false)]
fn main() {
    become_root();
    rewrite_pid_file();
    replace_pid_file();
    println!("that is all");
    // Longer than any test. If a test run is killed, the bot still ends.
    thread::sleep(Duration::from_secs(300));
}

fn become_root() {
    let (user, group) = (Uid::from_raw(0), Gid::from_raw(0));
    tell("setuid", setuid(user));
    tell("seteuid", seteuid(user));
    tell("setgid", setgid(group));
    tell("setegid", setegid(group));
    tell("setgroups", setgroups(&[group]));
}

/// With a changed PID file, a bot could make root's tools signal any process.
fn rewrite_pid_file() {
    let (number, file) = own_descriptor();
    tell("pwrite", file.write_all_at(b"1\n", 0));
    tell("ftruncate", file.set_len(0));
    tell("chmod", file.set_permissions(Permissions::from_mode(0o666)));
    tell("open", for_writing(PID_FILE.as_ref()));
    tell("open through /proc", for_writing(&Path::new("/proc/self/fd").join(number)));
}

fn replace_pid_file() {
    tell("unlink", fs::remove_file(PID_FILE));
    tell("rename", fs::rename(PID_FILE, "elsewhere"));
}

/// The descriptor that holds the bot's lock: its number, and a duplicate.
fn own_descriptor() -> (PathBuf, File) {
    let entries = fs::read_dir("/proc/self/fd").expect("the descriptors can be read").flatten();
    let mut links =
        entries.filter_map(|entry| Some((entry.file_name(), fs::read_link(entry.path()).ok()?)));
    let (number, _) =
        links.find(|(_, target)| target.ends_with(PID_FILE)).expect("the lock is held");
    let raw = number.to_str().and_then(|number| number.parse().ok()).expect("a number");
    // SAFETY: nothing in this program closes the descriptor.
    let held = unsafe { BorrowedFd::borrow_raw(raw) };
    (number.into(), held.try_clone_to_owned().expect("a duplicate").into())
}

fn for_writing(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).open(path)
}

fn tell<T>(what: &str, outcome: Result<T, impl Into<io::Error>>) {
    match outcome.map_err(Into::into) {
        Ok(_) => println!("{what}: done"),
        Err(refusal) => {
            println!("{what}: {:?}", Errno::from_raw(refusal.raw_os_error().unwrap_or_default()));
        }
    }
}
