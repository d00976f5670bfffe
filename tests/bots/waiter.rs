//! A bot that sets `reopen` and also handles SIGHUP itself, before it is ready.

use daemonize_runtime::{daemonize, ready};
use signal_hook::consts::SIGHUP;
use signal_hook::iterator::Signals;

#[daemonize(redirect = "out.log", chdir = false, wait_ready = true, reopen = true)]
fn main() {
    let mut signals = Signals::new([SIGHUP]).expect("a handler");
    ready();
    println!("listening");
    for _ in signals.forever() {
        println!("heard");
    }
}
