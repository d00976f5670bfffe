//! A strict program of edition 2021. Its modules have the names of crates.
#![no_implicit_prelude]
#![deny(warnings)]
#![forbid(unsafe_code)]

use ::daemonize_runtime::daemonize;

mod std {}
mod core {}
mod alloc {}
mod daemonize_runtime {}

#[daemonize(redirect = "out.log", chdir = false)]
fn main() -> ::std::process::ExitCode {
    gen()
}

fn gen() -> ::std::process::ExitCode {
    ::std::process::ExitCode::SUCCESS
}

#[test]
fn a_daemon_can_have_tests() {
    ::std::assert_eq!(gen(), ::std::process::ExitCode::SUCCESS);
}
