//! A bot that answers the words of `commands` without the files that they read, PID file and log.
//! The attribute would refuse this at compile time. Two arguments after the word may name a PID
//! file and a log, and a later command need not repeat the log.

use std::path::PathBuf;
use std::{env, thread, time::Duration};

use daemonize_runtime::Daemon;

fn main() {
    let words = env::args_os().filter(|word| !word.as_encoded_bytes().starts_with(b"-"));
    let mut files = words.skip(2).map(PathBuf::from);
    let pid_file = files.next();
    let is_alone = pid_file.is_none();
    let daemon = Daemon::new().pid_file(pid_file.ok_or(false)).redirect(files.next());
    daemon.answer_commands();
    daemon.start_or_exit();
    if !is_alone {
        // Longer than any test. If a test run is killed, the bot still ends.
        thread::sleep(Duration::from_secs(300));
    }
}
