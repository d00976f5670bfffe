//! The workload as a daemon of this library, which supervises itself and has its own commands.

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
