//! A daemon made by the attribute in its simplest form. The start is the first act of `main`.

use bench::Preparation;
use daemonize_runtime::daemonize;

#[daemonize(redirect = "bot.log", pid_file = "bot.pid")]
fn main() {
    Preparation::none().live();
}
