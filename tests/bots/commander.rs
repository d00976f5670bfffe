//! A bot that answers the words of `commands`. The other arguments say what its body does.

use std::fs::OpenOptions;
use std::io::Write;
use std::time::Duration;
use std::{process, thread};

use daemonize_runtime::{args_os, daemonize};

#[daemonize(commands = true, before = note_start(), redirect = "out.log", chdir = false, reopen = true)]
fn main(arguments: Vec<String>) {
    println!("arguments: {}", arguments.join(" "));
    if let [exit, code] = &arguments[..]
        && exit == "exit"
    {
        process::exit(code.parse().expect("a code"));
    }
    // Longer than any test. If a test run is killed, the bot still ends.
    thread::sleep(Duration::from_secs(300));
}

/// Adds a line to a file for each start, and returns the arguments.
fn note_start() -> Vec<String> {
    let notes = OpenOptions::new().create(true).append(true).open("before");
    writeln!(notes.expect("the file opens"), "{}", process::id()).expect("a note");
    args_os().skip(1).map(|argument| argument.into_string().expect("text")).collect()
}
