//! A bot whose attribute has no options.

use daemonize_runtime::daemonize;

#[daemonize]
fn main() {
    println!("the body runs");
}
