//! A strict program of edition 2024. Its modules have the names of crates.
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
    pattern::main();
    code()
}

mod pattern {
    #[::daemonize_runtime::daemonize(before = (5, 6), when = number > 5)]
    pub(crate) fn main((number, _): (u8, u8)) {
        let _: u8 = number;
    }
}

fn code() -> ::std::process::ExitCode {
    ::std::process::ExitCode::SUCCESS
}

#[test]
fn a_daemon_can_have_tests() {
    ::std::assert_eq!(code(), ::std::process::ExitCode::SUCCESS);
}
