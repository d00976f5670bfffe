//! What the kernel leaves to the first process of a container: it ignores signals that nobody handles there, and it gives
//! it the orphans of others, which are to be reaped.

use std::fs;
use std::thread::{Builder, sleep};
use std::time::{Duration, Instant};

use nix::libc::c_int;
use nix::sys::signal::{SigSet, SigmaskHow, Signal, sigprocmask};
use nix::sys::wait::{WaitPidFlag, waitpid};
use nix::unistd::Pid;

use crate::sys;

/// How often dead children are looked for.
const INTERVAL: Duration = Duration::from_secs(1);

/// How long a dead child is left to a body that may wait for it itself: nothing tells its own children from orphans.
const GRACE: Duration = Duration::from_secs(3);

/// Takes the duties over.
pub(crate) fn serve() {
    for signal in [Signal::SIGTERM, Signal::SIGINT] {
        if sys::is_default(signal as i32) {
            sys::handle(signal, end);
        }
    }
    // The thread is to run no handler of the body's.
    let mut mask = SigSet::empty();
    let _ = sigprocmask(SigmaskHow::SIG_SETMASK, Some(&SigSet::all()), Some(&mut mask));
    // Without the thread orphans stay, as they do in any other program that is PID 1.
    let _ = Builder::new().name("reaper".into()).stack_size(64 * 1024).spawn(reap_orphans);
    sys::set_signal_mask(&mask);
}

/// As the default action would: nothing is run, and the code names the signal.
extern "C" fn end(signal: c_int) {
    sys::exit_now(128 + signal)
}

fn reap_orphans() {
    let mut known: Vec<(Pid, Instant)> = Vec::new();
    loop {
        sleep(INTERVAL);
        let dead = dead_children();
        known.retain(|(child, _)| dead.contains(child));
        for child in dead {
            match known.iter().find(|(other, _)| *other == child) {
                Some((_, since)) if since.elapsed() >= GRACE => drop(waitpid(child, Some(WaitPidFlag::WNOHANG))),
                Some(_) => {}
                None => known.push((child, Instant::now())),
            }
        }
    }
}

/// The dead children of the main thread, to which orphans are given.
fn dead_children() -> Vec<Pid> {
    let children = fs::read_to_string("/proc/1/task/1/children").unwrap_or_default();
    let is_dead = |child: &i32| {
        let stat = fs::read(format!("/proc/{child}/stat")).unwrap_or_default();
        // The state stands behind the program's name, which may hold anything, parentheses included.
        let after_name = stat.iter().rposition(|&byte| byte == b')').map_or(&[][..], |end| &stat[end..]);
        after_name.starts_with(b") Z")
    };
    children.split_whitespace().filter_map(|child| child.parse().ok()).filter(is_dead).map(Pid::from_raw).collect()
}
