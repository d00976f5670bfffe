//! A bot that combines `commands`, `restart` and `wait_ready`. Its arguments say what each body
//! does.

use std::ffi::OsString;
use std::fs::File;
use std::time::Duration;
use std::{env, process, thread};

use daemonize_runtime::{Restart, args_os, daemonize, ready};

#[daemonize(
    commands = true,
    before = args_os().skip(1).collect(),
    redirect = "out.log",
    chdir = false,
    restart = plan(),
    wait_ready = true
)]
fn main(arguments: Vec<OsString>) {
    for argument in arguments {
        let text = argument.to_str().expect("text");
        match text.split_once('=').unwrap_or((text, "")) {
            ("ready", _) => ready(),
            ("exit", code) => process::exit(code.parse().expect("a code")),
            ("abort", _) => process::abort(),
            ("restart", _) => {
                let program = env::current_exe().expect("a program");
                process::Command::new(program)
                    .args(["restart", "ready"])
                    .status()
                    .expect("it runs");
            }
            ("await", gate) => {
                File::open(gate).and_then(|gate| gate.lock_shared()).expect("a gate");
            }
            _ => panic!("unknown word: {text}"),
        }
    }
    // Longer than any test. If a test run is killed, the bot still ends.
    thread::sleep(Duration::from_secs(300));
}

/// Slow enough to see each state, and yet quick enough for a test.
fn plan() -> Restart {
    let delay = Duration::from_millis(1500);
    Restart::on_failure()
        .first_delay(delay)
        .longest_delay(delay)
        .give_up(3, Duration::from_secs(300))
}
