//! A daemon made by the attribute after other code of the program.

use bench::{LOG, PID_FILE, Preparation, prepare};
use daemonize_runtime::daemonize;

#[daemonize(before = prepare(), redirect = LOG, pid_file = PID_FILE)]
fn main(preparation: Preparation) {
    preparation.live();
}
