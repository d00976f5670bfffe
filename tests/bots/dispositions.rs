//! A bot that sets signal actions before its start, and afterwards prints what they are. Its words:
//!
//! - `handle`: install a handler with flags and a mask for SIGCHLD and the requests to end;
//! - `block`: block the requests to end;
//! - `fail`: let the start fail, and end after the output;
//! - `unready`: never become ready;
//! - `supervise`, `wait`: set the options `restart` and `wait_ready`;
//! - `child`: fork a child before the start, and print whether its SIGCHLD has come;
//! - `foreground`: stay in the foreground.

use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use std::{env, fs, process, thread};

use daemonize_runtime::{Daemon, Restart, ready};
use nix::libc::c_int;
use nix::sys::signal::{SaFlags, SigAction, SigHandler, SigSet, Signal, sigaction};

const REQUESTS: [Signal; 4] = [Signal::SIGHUP, Signal::SIGINT, Signal::SIGQUIT, Signal::SIGTERM];

extern "C" fn do_nothing(_signal: c_int) {}

static HAS_COME: AtomicBool = AtomicBool::new(false);

extern "C" fn remember(_signal: c_int) {
    HAS_COME.store(true, Ordering::Relaxed);
}

/// A combination that nothing else sets by chance.
fn odd_action() -> SigAction {
    let flags = SaFlags::SA_RESTART | SaFlags::SA_NOCLDWAIT | SaFlags::SA_NODEFER;
    let mask = [Signal::SIGUSR1, Signal::SIGWINCH].into_iter().collect();
    SigAction::new(SigHandler::Handler(do_nothing), flags, mask)
}

fn set(signal: Signal, action: &SigAction) -> SigAction {
    // SAFETY: the handler does nothing.
    unsafe { sigaction(signal, action) }.expect("a signal that can be handled")
}

fn main() {
    let mut daemon = Daemon::new().chdir(false).redirect("out.log");
    let (mut fails, mut is_ready, mut watches) = (false, true, false);
    for word in env::args().skip(1) {
        match word.as_str() {
            "foreground" => daemon = daemon.when(false),
            "handle" => {
                for signal in REQUESTS.into_iter().chain([Signal::SIGCHLD]) {
                    set(signal, &odd_action());
                }
            }
            "block" => REQUESTS.into_iter().collect::<SigSet>().thread_block().expect("a mask"),
            "child" => {
                have_a_child();
                daemon = daemon.pid_file("bot.pid");
                watches = true;
            }
            "fail" => fails = true,
            "unready" => is_ready = false,
            "supervise" => {
                let plan = Restart::on_failure().first_delay(Duration::from_millis(10));
                daemon = daemon.restart(plan);
            }
            "wait" => daemon = daemon.wait_ready(true),
            _ => panic!("unknown word: {word}"),
        }
    }
    if fails {
        daemon.chdir("missing").start().expect_err("there is no such directory");
    } else {
        daemon.start_or_exit();
    }
    if watches {
        println!("{}", HAS_COME.load(Ordering::Relaxed));
        return;
    }
    if !is_ready {
        fs::write("note", format!("{}\n", process::id())).expect("the note is written");
        thread::sleep(Duration::from_secs(300));
    }
    ready();
    for signal in REQUESTS.into_iter().chain([Signal::SIGCHLD]) {
        println!("{signal} {}", describe(signal));
    }
    println!("done");
    if fails {
        return;
    }
    thread::sleep(Duration::from_secs(300));
}

/// A child that sleeps, and whose end is remembered.
fn have_a_child() {
    set(
        Signal::SIGCHLD,
        &SigAction::new(SigHandler::Handler(remember), SaFlags::empty(), SigSet::empty()),
    );
    drop(Command::new("sleep").arg("300").spawn().expect("a child"));
}

/// Describes the signal's action, and resets it to the default.
fn describe(signal: Signal) -> &'static str {
    let default = SigAction::new(SigHandler::SigDfl, SaFlags::empty(), SigSet::empty());
    let action = set(signal, &default);
    let odd = odd_action();
    match action.handler() {
        SigHandler::Handler(_)
            if action.flags().contains(odd.flags()) && action.mask() == odd.mask() =>
        {
            "as it was"
        }
        SigHandler::SigDfl => "default",
        _ => "something else",
    }
}
