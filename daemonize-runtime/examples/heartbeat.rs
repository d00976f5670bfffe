//! The smallest useful bot: it writes a line a second into its log, until it is stopped.
//!
//! ```sh
//! cargo run --example heartbeat
//! tail -f heartbeat.log
//! kill "$(cat heartbeat.pid)"
//! ```

use std::thread::sleep;
use std::time::{Duration, Instant};

use daemonize_runtime::daemonize;

#[daemonize(redirect = "heartbeat.log", chdir = false)]
fn main() {
    let start = Instant::now();
    loop {
        println!("alive for {} s", start.elapsed().as_secs());
        sleep(Duration::from_secs(1));
    }
}
