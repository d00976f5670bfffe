//! A bot with all that has to do with a long life: it is supervised, waited for, told by words, and
//! rotates its log; as root, also with another user and root directory. The environment says which.

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
    // Longer than any test, and yet the bot ends by itself when a test run was killed.
    std::thread::sleep(Duration::from_secs(300));
}
