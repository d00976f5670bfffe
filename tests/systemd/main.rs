//! Bots under systemd, which is PID 1 of new namespaces. It is booted once. A function with
//! `#[test]` is a case and makes its own services.

// The harness's attribute `test` replaces the standard one.
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
