//! A bot that takes its options from the attribute.

use std::thread;
use std::time::Duration;

use daemonize_runtime::daemonize;

#[daemonize(redirect = "out.log", chdir = false)]
fn main() {
    println!("the body runs");
    // Longer than any test. If a test run is killed, the bot still ends.
    thread::sleep(Duration::from_secs(300));
}
