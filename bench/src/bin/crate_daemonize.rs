//! A daemon made by the crate `daemonize`.

use std::error::Error;
use std::fs::OpenOptions;
use std::path::absolute;

use bench::{LOG, PID_FILE};
use daemonize::Daemonize;

fn main() -> Result<(), Box<dyn Error>> {
    let preparation = bench::prepare();
    let log = OpenOptions::new().append(true).create(true).open(LOG)?;
    // The crate resolves a relative path against the daemon's working directory.
    Daemonize::new().pid_file(absolute(PID_FILE)?).stdout(log.try_clone()?).stderr(log).start()?;
    preparation.live();
    Ok(())
}
