//! Steps of a body that a service manager watches.

use std::ffi::OsStr;

use daemonize_runtime::{notify, watchdog};

use nix::sys::signal::{Signal, raise};

use crate::{Step, fork_and_exit};

pub(crate) fn step(key: &str, value: &OsStr) -> Option<Step> {
    let text = value.to_str().unwrap_or_default().to_owned();
    Some(match key {
        "hang-up-in-child" => Box::new(|| fork_and_exit(hang_up)),
        "notify" => Box::new(move || notify(&text)),
        "notify-in-child" => Box::new(move || fork_and_exit(move || notify(&text))),
        "print-watchdog" => Box::new(|| println!("{:?}", watchdog())),
        _ => return None,
    })
}

/// Does a step that comes before the start; whether it was one.
pub(crate) fn prepare(key: &str, value: &OsStr) -> bool {
    let is_early = key == "notify-early";
    if is_early {
        notify(value.to_str().unwrap_or_default());
    }
    is_early
}

fn hang_up() {
    raise(Signal::SIGHUP).expect("every process may");
}
