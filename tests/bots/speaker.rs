//! A bot that answers the words of `commands` and has no `before`. Standard output and standard
//! error go to separate logs.

use std::{env, thread, time::Duration};

use daemonize_runtime::daemonize;

#[daemonize(commands = true, stdout = "out.log", stderr = "errors.log", chdir = false)]
fn main() {
    let arguments: Vec<_> = daemonize_runtime::args_os().skip(1).collect();
    println!("arguments: {arguments:?} of {}", env::args_os().count());
    eprintln!("no errors");
    // Longer than any test. If a test run is killed, the bot still ends.
    thread::sleep(Duration::from_secs(300));
}
