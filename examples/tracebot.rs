//! A bot that logs with `tracing`. It removes each file from the directory `inbox` and logs its
//! length.
//!
//! ```sh
//! mkdir inbox
//! cargo run --bin tracebot
//! mv letter.txt inbox
//! mv tracebot.log tracebot.log.1 && kill -HUP "$(cat tracebot.pid)"
//! kill "$(cat tracebot.pid)"
//! ```
//!
//! The subscriber writes to standard output, which `redirect` sends to the log. Panics and the
//! output of children go to the same file, and `reopen` rotates it for all of them. A subscriber
//! that opens a file itself cannot do that. `log_internal_errors` is off: on a full disk, the bot
//! loses events and goes on. By default it is on, and an event that cannot be written is reported
//! by `eprintln!`, which panics if it cannot write either.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;

use daemonize_runtime::daemonize;
use tracing::{error, info};

#[daemonize(before = fs::canonicalize("inbox")?, redirect = "tracebot.log", reopen = true)]
fn main(inbox: PathBuf) -> io::Result<()> {
    tracing_subscriber::fmt().with_ansi(false).log_internal_errors(false).init();
    info!(?inbox, "waiting");
    loop {
        if let Err(error) = clear(&inbox) {
            error!(%error, "cannot clear the inbox");
        }
        sleep(Duration::from_secs(1));
    }
}

fn clear(inbox: &Path) -> io::Result<()> {
    for entry in fs::read_dir(inbox)? {
        let file = entry?.path();
        let length = fs::metadata(&file)?.len();
        fs::remove_file(&file)?;
        info!(?file, length, "taken");
    }
    Ok(())
}
