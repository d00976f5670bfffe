//! A bot that sets `reopen` and also handles SIGHUP itself, with the library that its command line
//! names.

use std::env;

use daemonize_runtime::daemonize;
use signal_hook::consts::SIGHUP;
use signal_hook::iterator::Signals;
use tokio::runtime::Runtime;
use tokio::signal::unix::{SignalKind, signal};

#[daemonize(redirect = "out.log", chdir = false, reopen = true)]
fn main() {
    match env::args().nth(1).as_deref() {
        Some("signal-hook") => listen_by_signal_hook(),
        Some("tokio") => Runtime::new().expect("a runtime").block_on(listen_by_tokio()),
        other => panic!("unknown library: {other:?}"),
    }
}

fn listen_by_signal_hook() {
    let mut signals = Signals::new([SIGHUP]).expect("a handler");
    println!("listening");
    for _ in signals.forever() {
        println!("heard");
    }
}

async fn listen_by_tokio() {
    let mut hangups = signal(SignalKind::hangup()).expect("a handler");
    println!("listening");
    while hangups.recv().await.is_some() {
        println!("heard");
    }
}
