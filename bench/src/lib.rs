//! The code that all contestants share. They differ only in the way in which they become a daemon.

use std::fs::OpenOptions;
use std::io::Write;
use std::time::Duration;
use std::{env, process, thread};

/// The log, in the start directory.
pub const LOG: &str = "bot.log";

/// The PID file, in the start directory.
pub const PID_FILE: &str = "bot.pid";

/// The variable with the number of MiB that the program puts on its heap before it becomes a
/// daemon. The default is 0.
pub const HEAP_VARIABLE: &str = "BENCH_HEAP_MIB";

/// The only argument, which makes the body end after its first act.
pub const LEAVE: &str = "leave";

/// How long the body sleeps. A forgotten daemon ends after this time.
const LIFETIME: Duration = Duration::from_secs(600);

/// The state of the program before it becomes a daemon.
pub struct Preparation {
    /// Never read.
    _heap: Vec<u8>,
    completed: Duration,
}

/// The work before the start of the daemon.
#[must_use]
pub fn prepare() -> Preparation {
    let mebibytes =
        env::var(HEAP_VARIABLE).ok().and_then(|number| number.parse().ok()).unwrap_or(0);
    // Memory of zeros would not be touched.
    let heap = vec![1; mebibytes << 20];
    Preparation { _heap: heap, completed: now() }
}

impl Preparation {
    /// No work, for programs that start as their first act.
    #[must_use]
    pub fn none() -> Self {
        Self { _heap: Vec::new(), completed: now() }
    }

    /// The body. Reports its PID, when it began, and when the start of the daemon began. Then it
    /// sleeps.
    pub fn live(&self) {
        let began = now();
        println!("{} {} {}", process::id(), began.as_nanos(), self.completed.as_nanos());
        if env::args_os().nth(1).is_none_or(|argument| argument != LEAVE) {
            thread::sleep(LIFETIME);
        }
    }
}

/// The time of a clock that all processes share.
#[must_use]
pub fn now() -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the time is written to a local variable. Every Linux has this clock.
    unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &raw mut time) };
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or(0))
}

/// The variable that names the file for the workload's reports.
pub const READY_VARIABLE: &str = "BENCH_READY";

/// The workload of the comparison with other tools. Writes its PID and the time to a file, calls
/// `ready`, and sleeps.
///
/// # Panics
///
/// If the file cannot be written.
pub fn work(ready: impl FnOnce()) {
    let line = format!("{} {}\n", process::id(), now().as_nanos());
    let path = env::var_os(READY_VARIABLE).expect("the variable is set");
    let file = OpenOptions::new().append(true).create(true).open(path);
    file.and_then(|mut file| file.write_all(line.as_bytes())).expect("the report is written");
    ready();
    thread::sleep(LIFETIME);
}
