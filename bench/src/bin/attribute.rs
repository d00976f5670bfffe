//! By the attribute, in its plainest form: the start is the first act of `main`.

use bench::Preparation;
use daemonize_runtime::daemonize;

#[daemonize(redirect = "bot.log", pid_file = "bot.pid")]
fn main() {
    Preparation::none().live();
}
