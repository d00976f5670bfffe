//! Bots under a systemd that is PID 1 of namespaces of its own. It is booted once; a function with
//! `#[test]` is a case, and has services of its own.

// The attribute `test` of the harness, in place of the standard one.
#[macro_use]
extern crate tests;

mod documents;
mod failures;
mod identity;
mod machine;
mod requests;
mod service;
mod sockets;
mod starts;
mod surroundings;
mod talk;

use std::process::ExitCode;

fn main() -> ExitCode {
    let conclusion = tests::case::run();
    machine::shut_down();
    conclusion.exit_code()
}
