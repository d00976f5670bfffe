//! A bot of which several instances run in one directory. `--instance NAME` selects one. The bot's
//! own help includes the words of `commands`.

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
    // Longer than any test. If a test run is killed, the bot still ends.
    thread::sleep(Duration::from_secs(300));
}

/// A file of the instance. Each call adds a line to a file.
fn of_instance(extension: &str) -> PathBuf {
    let notes = OpenOptions::new().create(true).append(true).open("evaluated");
    writeln!(notes.expect("the file opens"), "{extension}").expect("a note");
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
