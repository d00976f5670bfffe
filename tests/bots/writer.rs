//! A bot whose threads write numbered lines to its log until the test opens the gate. Each line is
//! one system call.

use std::fs::File;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use daemonize_runtime::daemonize;
use nix::unistd::write;

const WRITERS: usize = 8;

/// How many lines each thread writes as fast as it can.
const LINES: u32 = 20_000;

#[daemonize(redirect = "out.log", chdir = false, reopen = true)]
fn main() {
    let is_enough = AtomicBool::new(false);
    thread::scope(|scope| {
        for writer in 0..WRITERS {
            let is_enough = &is_enough;
            scope.spawn(move || write_lines(writer, is_enough));
        }
        File::open("gate").and_then(|gate| gate.lock_shared()).expect("the gate opens");
        is_enough.store(true, Ordering::Relaxed);
    });
}

fn write_lines(writer: usize, is_enough: &AtomicBool) {
    for number in 0.. {
        write_line(writer, &number.to_string());
        if number >= LINES {
            if is_enough.load(Ordering::Relaxed) {
                break;
            }
            thread::sleep(Duration::from_millis(1));
        }
    }
    write_line(writer, "end");
}

/// Half of the threads write to standard error.
fn write_line(writer: usize, text: &str) {
    let line = format!("{writer} {text}\n");
    let written = if writer.is_multiple_of(2) {
        write(io::stdout(), line.as_bytes())
    } else {
        write(io::stderr(), line.as_bytes())
    };
    assert_eq!(written, Ok(line.len()), "a line was written in part");
}
