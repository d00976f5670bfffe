//! The attribute adds no warning to a program whose `main` is as small as can be.
#![deny(warnings, clippy::all, clippy::pedantic, clippy::nursery, clippy::restriction)]
#![allow(clippy::blanket_clippy_restriction_lints, reason = "all of them, on purpose")]

use daemonize_runtime::daemonize;
use std::process::abort;

#[daemonize(redirect = "out.log")]
fn main() {
    abort();
}
