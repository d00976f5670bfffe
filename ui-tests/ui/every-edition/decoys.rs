#![no_implicit_prelude]

extern crate daemonize_runtime;

mod core {}
mod alloc {}

#[allow(unused_macros)]
macro_rules! compile_error {
    ($text:expr) => {};
}

#[::daemonize_runtime::daemonize(redirct = "out.log", chdir = 5)]
fn main() {}
