//! By the attribute, after code of the program's own.

use bench::{LOG, PID_FILE, Preparation, prepare};
use daemonize_runtime::daemonize;

#[daemonize(before = prepare(), redirect = LOG, pid_file = PID_FILE)]
fn main(preparation: Preparation) {
    preparation.live();
}
