//! A strict program of edition 2015. Its modules have the names of crates.
#![no_implicit_prelude]
#![deny(warnings)]
#![forbid(unsafe_code)]

extern crate daemonize_runtime as runtime;

mod core {}
mod alloc {}
mod daemonize_runtime {}

#[runtime::daemonize(before = number(), redirect = "out.log", chdir = ::std::path::Path::new("/"))]
fn main(number: u8) {
    let async = number;
    let _: u8 = async;
    pattern::main();
}

mod pattern {
    #[::runtime::daemonize(before = (::number(), 6), when = number > 5)]
    #[cfg_attr(unix, inline)]
    pub(crate) fn main(
        #[cfg(unix)]
        #[allow(unused_mut)]
        (mut number, _): (u8, u8),
        #[cfg(not(unix))] _: (u8, u8),
    ) {
        let _: u8 = number;
    }
}

fn number() -> u8 {
    5
}

#[test]
fn a_daemon_can_have_tests() {
    ::std::assert_eq!(number(), 5);
}
