//! The attribute adds no warning to a program with the smallest possible `main`.
#![deny(warnings, clippy::all, clippy::pedantic, clippy::nursery, clippy::restriction)]
#![allow(clippy::blanket_clippy_restriction_lints, reason = "this program wants them all")]

use daemonize_runtime::daemonize;
use std::process::abort;

#[daemonize(redirect = "out.log")]
fn main() {
    abort();
}
