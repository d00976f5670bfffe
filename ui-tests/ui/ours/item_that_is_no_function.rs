use daemonize_runtime::daemonize;

#[daemonize]
struct Main;

#[daemonize]
pub mod app {}

#[daemonize(chdir = false)]
const NUMBER: u8 = 5;

#[daemonize]
use std::fs;

trait Program {
    #[daemonize]
    fn main();
}

fn main() {
    let _ = (Main, NUMBER, fs::exists("x"));
}
