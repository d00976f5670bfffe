//! A bot that answers the words of `commands` and leaves nothing that they could look at, neither
//! PID file nor log. The attribute refuses to compile that. Behind the word may stand a PID file,
//! and behind that a log, which the next word need not name.

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
        // Longer than any test, and yet the bot ends by itself when a test run was killed.
        thread::sleep(Duration::from_secs(300));
    }
}
