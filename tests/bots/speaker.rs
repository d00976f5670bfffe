//! A bot that answers the words of `commands` and reads no arguments on the terminal. Its two
//! streams have a log each.

use std::{env, thread, time::Duration};

use daemonize_runtime::daemonize;

#[daemonize(commands = true, stdout = "out.log", stderr = "errors.log", chdir = false)]
fn main() {
    let arguments: Vec<_> = daemonize_runtime::args_os().skip(1).collect();
    println!("arguments: {arguments:?} of {}", env::args_os().count());
    eprintln!("no errors");
    // Longer than any test, and yet the bot ends by itself when a test run was killed.
    thread::sleep(Duration::from_secs(300));
}
