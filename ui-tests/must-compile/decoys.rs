//! A program may define any name that the expansion uses.
#![no_implicit_prelude]
#![allow(
    dead_code,
    non_camel_case_types,
    non_snake_case,
    non_upper_case_globals,
    missing_docs,
    clippy::pedantic,
    clippy::all
)]

mod core {}
mod std {}
mod alloc {}
mod daemonize_runtime {}
mod rustfmt {}
mod doc {}

struct Result;
struct Option;
struct String;
struct Daemon;
struct bool;
struct str;
struct u32;
struct u8;
struct before;
struct name;
const value: () = ();
static daemon: () = ();
fn Ok() {}
fn Some() {}
fn None() {}
fn new() {}
fn redirect() {}
fn start_or_exit() {}

trait Into {}
trait Default {}
trait AsRef {}

/// Gives every type methods with the names of the builder's.
trait Blanket: ::core::marker::Sized {
    fn new() -> Self {
        loop {}
    }
    fn redirect(self, _: &::core::primitive::str) {}
    fn chdir(self, _: ::core::primitive::bool) {}
    fn start_or_exit(&self) {}
    fn unwrap(self) {}
}

impl<T> Blanket for T {}

#[::daemonize_runtime::daemonize(before = Number(5), redirect = "out.log", chdir = false)]
#[::neighbours::instrument]
fn main(Number(args): Number) {
    struct Number;
    let _: ::core::primitive::u8 = args;
    let _ = Number;
}

struct Number(::core::primitive::u8);
