//! What the kernel leaves to the first process of a container: it ignores signals that nobody
//! handles there, and it gives it the orphans of others, which are to be reaped.

use std::thread::sleep;
use std::time::{Duration, Instant};

use nix::libc::{c_int, c_void};
use nix::sys::signal::{SigSet, SigmaskHow, Signal, sigprocmask};
use nix::unistd::Pid;

use crate::sys::{self, proc};

/// How often dead children are looked for.
const INTERVAL: Duration = Duration::from_secs(1);

/// How long a dead child is left to a body that may wait for it itself: nothing tells its own
/// children from orphans.
const GRACE: Duration = Duration::from_secs(3);

/// Has requests to end obeyed.
pub(crate) fn handle_requests() {
    for signal in [Signal::SIGTERM, Signal::SIGINT] {
        if sys::is_default(signal as i32) {
            sys::handle(signal, end);
        }
    }
}

/// Has orphans reaped, from now on.
pub(crate) fn start_reaper() {
    // The thread is to run no handler of the body's.
    let mut mask = SigSet::empty();
    let _ = sigprocmask(SigmaskHow::SIG_SETMASK, Some(&SigSet::all()), Some(&mut mask));
    // Without the thread orphans stay, as they do in any other program that is PID 1.
    let _ = sys::start_thread(reap_orphans);
    sys::set_signal_mask(&mask);
}

/// As the default action would: nothing is run, and the code names the signal.
extern "C" fn end(signal: c_int) {
    sys::exit_now(128 + signal)
}

extern "C" fn reap_orphans(_nothing: *mut c_void) -> *mut c_void {
    let mut dead: Vec<(Pid, Instant)> = Vec::new();
    loop {
        sleep(INTERVAL);
        dead.retain(|&(child, since)| {
            if since.elapsed() >= GRACE {
                let _ = sys::has_ended(child);
            }
            sys::is_dead_child(child)
        });
        // Orphans are given to the main thread.
        proc::for_each_child_of_init(|child| {
            if sys::is_dead_child(child) && dead.iter().all(|&(known, _)| known != child) {
                dead.push((child, Instant::now()));
            }
        });
    }
}
