//! A strict program of edition 2018. Its modules have the names of crates.
#![no_implicit_prelude]
#![deny(warnings)]
#![forbid(unsafe_code)]

use ::daemonize_runtime::daemonize;

mod std {}
mod core {}
mod alloc {}
mod daemonize_runtime {}

#[daemonize(before = try_number(), redirect = "out.log", chdir = ::std::path::Path::new("/"))]
fn main(number: u8) {
    let gen = number;
    let _: u8 = gen;
}

fn try_number() -> u8 {
    5
}

#[test]
fn a_daemon_can_have_tests() {
    ::std::assert_eq!(try_number(), 5);
}
