//! A program that calls the rest of the public interface and prints the answers.

use std::time::Duration;

use daemonize_runtime::control::{Status, Stop, status, stop};
use daemonize_runtime::{
    Daemon, Restart, Side, args_os, commands_help, is_daemon, notify, ready, watchdog,
};

fn main() {
    if let Status::Unknown(why) = status("bot.pid") {
        println!("status: {why}");
    }
    if let Err(why) = stop("bot.pid", Stop::default().signal("INT").timeout(Duration::ZERO)) {
        println!("stop: {why}");
    }
    let arguments: Vec<_> = args_os().skip(1).collect();
    println!("arguments: {arguments:?}");
    let daemon = Daemon::new().restart(Restart::always()).redirect("bot.log");
    match daemon.clone().start_and_return() {
        Err(error) => println!("start: {error} ({:?}, {})", error.kind(), error.exit_code()),
        Ok(side) => println!("start: {side:?}"),
    }
    assert_eq!(daemon.when(false).start_and_return().ok(), Some(Side::Daemon));
    match Daemon::new().when(false).start() {
        Err(error) => println!("second start: {:?}", error.kind()),
        Ok(()) => println!("second start"),
    }
    ready();
    notify("STATUS=nobody listens");
    println!("{} {:?} {}", is_daemon(), watchdog(), commands_help().lines().count());
}
