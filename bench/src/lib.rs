//! What all contestants share, so that they differ in nothing but the way in which they become a
//! daemon.

use std::fs::OpenOptions;
use std::io::Write;
use std::time::Duration;
use std::{env, process, thread};

/// The log, in the start directory.
pub const LOG: &str = "bot.log";

/// The PID file, in the start directory.
pub const PID_FILE: &str = "bot.pid";

/// Holds the number of MiB that the program has on its heap before it becomes a daemon; none when
/// it is not set.
pub const HEAP_VARIABLE: &str = "BENCH_HEAP_MIB";

/// As the only argument: the body ends after its first act.
pub const LEAVE: &str = "leave";

/// How long the body sleeps when nobody ends it, so that nothing stays behind for good.
const LIFETIME: Duration = Duration::from_secs(600);

/// What the program has before it becomes a daemon.
pub struct Preparation {
    /// Held, and nothing else.
    _heap: Vec<u8>,
    completed: Duration,
}

/// What comes before the start of the daemon.
#[must_use]
pub fn prepare() -> Preparation {
    let mebibytes =
        env::var(HEAP_VARIABLE).ok().and_then(|number| number.parse().ok()).unwrap_or(0);
    // Filled by something other than zeros, which would be untouched memory.
    let heap = vec![1; mebibytes << 20];
    Preparation { _heap: heap, completed: now() }
}

impl Preparation {
    /// Where the start is the first act, nothing comes before.
    #[must_use]
    pub fn none() -> Self {
        Self { _heap: Vec::new(), completed: now() }
    }

    /// The body: says first who it is, when it began, and when the start of the daemon began; then
    /// sleeps.
    pub fn live(&self) {
        let began = now();
        println!("{} {} {}", process::id(), began.as_nanos(), self.completed.as_nanos());
        if env::args_os().nth(1).is_none_or(|argument| argument != LEAVE) {
            thread::sleep(LIFETIME);
        }
    }
}

/// The time of the clock that all processes share.
#[must_use]
pub fn now() -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the time is written to memory that is ours, and every Linux has this clock.
    unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &raw mut time) };
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or(0))
}

/// Names the file in which a workload reports.
pub const READY_VARIABLE: &str = "BENCH_READY";

/// The workload that is compared with others: says in a file who it is and when it was ready, and
/// by `ready`; then sleeps.
///
/// # Panics
///
/// When the file cannot be written.
pub fn work(ready: impl FnOnce()) {
    let line = format!("{} {}\n", process::id(), now().as_nanos());
    let path = env::var_os(READY_VARIABLE).expect("the variable is set");
    let file = OpenOptions::new().append(true).create(true).open(path);
    file.and_then(|mut file| file.write_all(line.as_bytes())).expect("the report is written");
    ready();
    thread::sleep(LIFETIME);
}
