//! A bot with `commands`.

use std::process::ExitCode;

use daemonize_runtime::daemonize;

#[daemonize(commands = true, redirect = "bot.log")]
fn main() -> ExitCode {
    println!("the body runs");
    ExitCode::from(7)
}
