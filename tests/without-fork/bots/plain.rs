//! A bot with the attribute alone.

use daemonize_runtime::daemonize;

#[daemonize]
fn main() {
    println!("the body runs");
}
