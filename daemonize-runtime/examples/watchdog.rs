//! A bot that does not stay hung. It tells the service manager's watchdog that it works. If it
//! falls silent, the manager restarts it. Its work is to look at a file: on a network file system
//! that has gone, a look never ends, and the bot falls silent.
//!
//! ```ini
//! [Service]
//! Type=notify
//! ExecStart=/usr/local/bin/watchdog /srv/feed
//! WatchdogSec=30
//! Restart=on-failure
//! ```

use std::ffi::OsString;
use std::thread::sleep;
use std::time::Duration;
use std::{env, fs, io};

use daemonize_runtime::{daemonize, notify, watchdog};

#[daemonize(before = argument(), redirect = "watchdog.log", chdir = false)]
fn main(feed: OsString) -> io::Result<()> {
    // Without a watchdog the bot looks as often as it likes.
    let pause = watchdog().unwrap_or(Duration::from_secs(10));
    let mut known = None;
    loop {
        let length = fs::read(&feed)?.len();
        if known.replace(length) != Some(length) {
            println!("{} has {length} bytes", feed.display());
            notify(&format!("STATUS={} has {length} bytes", feed.display()));
        }
        // Here, where the work is done, and not in a thread that would go on speaking.
        notify("WATCHDOG=1");
        sleep(pause);
    }
}

fn argument() -> OsString {
    env::args_os().nth(1).unwrap_or_else(|| {
        eprintln!("usage: watchdog FILE");
        std::process::exit(64)
    })
}
