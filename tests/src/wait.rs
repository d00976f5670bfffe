//! Waiting for a condition, with a time limit.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

/// How long anything may take. Only a hang reaches this limit, even on a busy machine. An emulated
/// machine needs more: set the variable `PATIENCE` to a number of seconds when compiling the tests.
pub const PATIENCE: Duration = Duration::from_secs(match option_env!("PATIENCE") {
    None => 20,
    Some(seconds) => match u64::from_str_radix(seconds, 10) {
        Ok(seconds) => seconds,
        Err(_) => panic!("PATIENCE must be a number of seconds"),
    },
});

const PAUSE: Duration = Duration::from_millis(2);

/// Asks repeatedly until there is an answer.
#[track_caller]
pub fn for_some<T>(what: &str, ask: impl FnMut() -> Option<T>) -> T {
    for_some_within(PATIENCE, what, ask)
}

/// Waits until a condition holds.
#[track_caller]
pub fn until(what: &str, condition: impl FnMut() -> bool) {
    until_within(PATIENCE, what, condition);
}

/// Waits until a condition holds, for at most this time.
#[track_caller]
pub fn until_within(limit: Duration, what: &str, mut condition: impl FnMut() -> bool) {
    for_some_within(limit, what, || condition().then_some(()));
}

#[track_caller]
fn for_some_within<T>(limit: Duration, what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + limit;
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(Instant::now() < deadline, "waited {limit:?} in vain for {what}");
        thread::sleep(PAUSE);
    }
}

/// Looks at something repeatedly during a task, and returns everything that was seen.
pub fn look_during<T: Send>(task: impl FnOnce(), look: impl Fn() -> T + Send) -> Vec<T> {
    // Much more often than any user looks, but with a pause in which a lock is free.
    const BETWEEN_LOOKS: Duration = Duration::from_micros(200);
    let (working, work_is_over) = mpsc::channel::<()>();
    thread::scope(|scope| {
        let looking = scope.spawn(move || {
            let mut looks = Vec::new();
            while work_is_over.recv_timeout(BETWEEN_LOOKS) == Err(RecvTimeoutError::Timeout) {
                looks.push(look());
            }
            looks
        });
        task();
        drop(working);
        looking.join().expect("looking does not panic")
    })
}
