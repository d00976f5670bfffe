//! The workload as a daemon of this library, with its own supervisor and commands.

use daemonize_runtime::{daemonize, ready};

#[daemonize(
    commands = true,
    restart = "always",
    wait_ready = true,
    redirect = "bot.log",
    pid_file = "bot.pid"
)]
fn main() {
    bench::work(ready);
}
