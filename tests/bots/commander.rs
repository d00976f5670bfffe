//! A bot that answers the words of `commands`. What it is told besides is what its body does.

use std::fs::OpenOptions;
use std::io::Write;
use std::time::Duration;
use std::{process, thread};

use daemonize_runtime::{args_os, daemonize};

#[daemonize(commands = true, before = look_around(), redirect = "out.log", chdir = false, reopen = true)]
fn main(arguments: Vec<String>) {
    println!("arguments: {}", arguments.join(" "));
    if let [exit, code] = &arguments[..]
        && exit == "exit"
    {
        process::exit(code.parse().expect("a code"));
    }
    // Longer than any test, and yet the bot ends by itself when a test run was killed.
    thread::sleep(Duration::from_secs(300));
}

/// Leaves a trace of each start, and returns the arguments.
fn look_around() -> Vec<String> {
    let traces = OpenOptions::new().create(true).append(true).open("before");
    writeln!(traces.expect("the traces open"), "{}", process::id()).expect("a trace");
    args_os().skip(1).map(|argument| argument.into_string().expect("text")).collect()
}
