//! A bot of which several run in one directory: `--instance NAME` says which one is meant. Its own
//! help has the words of `commands`.

use std::ffi::OsString;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::PathBuf;
use std::{process, thread, time::Duration};

use daemonize_runtime::{args_os, commands_help, daemonize};

#[daemonize(
    commands = true,
    before = read_arguments(),
    pid_file = of_instance("pid"),
    redirect = of_instance("log"),
    chdir = false
)]
fn main(arguments: Vec<OsString>) {
    println!("{arguments:?}");
    // Longer than any test, and yet the bot ends by itself when a test run was killed.
    thread::sleep(Duration::from_secs(300));
}

/// A file of the instance. Each call leaves a trace.
fn of_instance(extension: &str) -> PathBuf {
    let trace = OpenOptions::new().create(true).append(true).open("evaluated");
    writeln!(trace.expect("the trace opens"), "{extension}").expect("a trace");
    let instance = args_os().skip_while(|argument| argument != "--instance").nth(1);
    PathBuf::from(instance.unwrap_or("instances".into())).with_extension(extension)
}

fn read_arguments() -> Vec<OsString> {
    let arguments: Vec<_> = args_os().skip(1).collect();
    if arguments.iter().any(|argument| argument == "--help") {
        print!("usage: instances [WORD] [--instance NAME]\n\n{}", commands_help());
        process::exit(0);
    }
    arguments
}
