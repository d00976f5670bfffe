//! A daemon made by the crate `daemonize2`.

use std::error::Error;
use std::fs::OpenOptions;
use std::path::absolute;

use bench::{LOG, PID_FILE};
use daemonize2::Daemonize;

fn main() -> Result<(), Box<dyn Error>> {
    let preparation = bench::prepare();
    let log = OpenOptions::new().append(true).create(true).open(LOG)?;
    // The crate resolves a relative path against the daemon's working directory.
    let pid_file = absolute(PID_FILE)?;
    let daemonize = Daemonize::new()
        .working_directory("/")
        .pid_file(pid_file)
        .stdout(log.try_clone()?)
        .stderr(log);
    // SAFETY: there is one thread.
    unsafe { daemonize.start()? };
    preparation.live();
    Ok(())
}
