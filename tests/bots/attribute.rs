//! A bot whose options stand in the attribute.

use std::thread;
use std::time::Duration;

use daemonize_runtime::daemonize;

#[daemonize(redirect = "out.log", chdir = false)]
fn main() {
    println!("the body runs");
    // Longer than any test, and yet the bot ends by itself when a test run was killed.
    thread::sleep(Duration::from_secs(300));
}
