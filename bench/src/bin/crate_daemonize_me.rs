//! A daemon made by the crate `daemonize-me`.

use std::error::Error;
use std::fs::OpenOptions;
use std::path::absolute;

use bench::{LOG, PID_FILE};
use daemonize_me::Daemon;

fn main() -> Result<(), Box<dyn Error>> {
    let preparation = bench::prepare();
    let log = OpenOptions::new().append(true).create(true).open(LOG)?;
    // The crate resolves a relative path against the daemon's working directory.
    Daemon::new()
        .pid_file(absolute(PID_FILE)?, None)
        .stdout(log.try_clone()?)
        .stderr(log)
        .start()?;
    preparation.live();
    Ok(())
}
