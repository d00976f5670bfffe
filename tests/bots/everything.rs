//! A bot that combines the options of a long-lived daemon. The environment may add a user and a
//! root directory.

use std::env;
use std::ffi::OsString;
use std::time::Duration;

use daemonize_runtime::{Restart, daemonize, ready};

fn plan() -> Restart {
    Restart::on_failure().first_delay(Duration::from_millis(20)).give_up(100, Duration::MAX)
}

fn account() -> Option<u32> {
    env::var("BOT_ACCOUNT").ok().and_then(|id| id.parse().ok())
}

fn root() -> Option<OsString> {
    env::var_os("BOT_ROOT")
}

#[daemonize(
    commands = true,
    restart = plan(),
    wait_ready = Duration::from_secs(20),
    stop_timeout = 20,
    stop_signal = "USR2",
    reopen = true,
    redirect = "inside/out.log",
    user = account(),
    group = account(),
    chroot = root(),
)]
fn main() {
    println!("early");
    ready();
    println!("up");
    // Longer than any test. If a test run is killed, the bot still ends.
    std::thread::sleep(Duration::from_secs(300));
}
