//! Receives bytes from the fuzzer; hands them as options and as item to the property that the test
//! suite checks too.
//!
//! A crate of procedural macros cannot be linked, so its files are compiled here once more.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../src/args/mod.rs"]
mod args;
#[path = "../../src/entry/mod.rs"]
mod entry;
#[path = "../../src/errors.rs"]
mod errors;
#[path = "../../src/expand/mod.rs"]
mod expand;
#[path = "../../src/tests/property.rs"]
mod property;

fuzz_target!(|text: &str| {
    property::check_options(text);
    property::check_item(text);
});
