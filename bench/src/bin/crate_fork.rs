//! A daemon made by `checked_daemon` of the crate `fork`. The crate has no PID file, but tells the
//! launcher the PID.

use std::error::Error;
use std::fs::{self, OpenOptions};
use std::time::Duration;

use bench::{LOG, PID_FILE};
use fork::{CheckedDaemon, DaemonOptions, checked_daemon};

fn main() -> Result<(), Box<dyn Error>> {
    let preparation = bench::prepare();
    let null = OpenOptions::new().read(true).write(true).open("/dev/null")?;
    let log = OpenOptions::new().append(true).create(true).open(LOG)?;
    let mut options = DaemonOptions::new();
    options
        .current_directory("/")?
        .map_descriptor(null.into(), 0)?
        .map_descriptor(log.try_clone()?.into(), 1)?
        .map_descriptor(log.into(), 2)?;
    match checked_daemon(options, Duration::from_secs(10))? {
        CheckedDaemon::Parent(daemon) => fs::write(PID_FILE, format!("{}\n", daemon.process()))?,
        CheckedDaemon::Daemon(notifier) => {
            notifier.notify_ready()?;
            preparation.live();
        }
    }
    Ok(())
}
