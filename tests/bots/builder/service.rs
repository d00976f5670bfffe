//! Steps of a body that runs under a service manager.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::Write;
use std::os::fd::AsFd;
use std::path::Path;
use std::thread;

use daemonize_runtime::{notify, notify_with_descriptors, ready, watchdog};
use nix::libc;
use nix::sys::signal::{SigSet, Signal, raise};

use crate::{Step, fork_and_exit};

pub(crate) fn step(key: &str, value: &OsStr) -> Option<Step> {
    let text = value.to_str().unwrap_or_default().to_owned();
    Some(match key {
        "beat" => Box::new(move || beat(text.parse().expect("a number"))),
        "hang-up-in-child" => Box::new(|| fork_and_exit(hang_up)),
        "hear-all" => Box::new(move || hear_all(text.as_ref())),
        "kill-self" => Box::new(move || raise(text.parse().expect("a signal")).expect("a signal")),
        "notify" => Box::new(move || notify(&text)),
        "notify-in-child" => Box::new(move || fork_and_exit(move || notify(&text))),
        "ready-behind-another" => Box::new(ready_behind_another),
        "ready-in-two-threads" => Box::new(ready_in_two_threads),
        "store" => Box::new(move || store(text.as_ref())),
        "print-watchdog" => Box::new(|| println!("{:?}", watchdog())),
        _ => return None,
    })
}

/// Notifies the watchdog this many times, far more often than it requires.
fn beat(times: u32) {
    let interval = watchdog().expect("a manager that waits");
    for _ in 0..times {
        notify("WATCHDOG=1");
        thread::sleep(interval / 4);
    }
}

/// Runs an action that comes before the start. Returns whether the word names one.
pub(crate) fn prepare(key: &str, value: &OsStr) -> bool {
    let is_early = key == "notify-early";
    if is_early {
        notify(value.to_str().unwrap_or_default());
    }
    is_early
}

fn hang_up() {
    raise(Signal::SIGHUP).expect("any process may");
}

/// Writes the number of each signal that comes to a file.
fn hear_all(path: &Path) {
    let signals = SigSet::all();
    signals.thread_block().expect("a mask");
    let mut out = File::create(path).expect("the file opens");
    writeln!(out, "listening").expect("a line");
    loop {
        let mut number = 0;
        // `nix` has no real-time signals.
        // SAFETY: both pointers are to local variables.
        unsafe { libc::sigwait(signals.as_ref(), &raw mut number) };
        if number != libc::SIGCHLD {
            writeln!(out, "{number}").expect("a line");
        }
    }
}

/// Is ready while another thread is at it, which has changed the streams already. Leaves a file
/// before and behind.
fn ready_behind_another() {
    let output = || fs::read_link("/proc/self/fd/1").expect("standard output");
    let before = output();
    thread::spawn(ready);
    while output() == before {
        thread::yield_now();
    }
    File::create("called").expect("a file");
    ready();
    File::create("passed").expect("a file");
}

/// Is ready in two threads at once. Leaves a file before, and when one of them goes on.
fn ready_in_two_threads() {
    let pass = || {
        ready();
        drop(File::create("passed").expect("a file"));
    };
    File::create("called").expect("a file");
    thread::spawn(pass);
    pass();
}

/// Passes a file to the manager, twice.
fn store(path: &Path) {
    let file = File::create(path).expect("the file opens");
    notify_with_descriptors("FDSTORE=1\nFDNAME=file", &[file.as_fd(), file.as_fd()]);
    notify_with_descriptors("FDSTORE=1", &[]);
}
