//! Compares sources and documents.

// The harness's attribute `test` replaces the standard one.
#[macro_use]
extern crate tests;

mod circles;
mod documents;
mod examples;
mod inlining;
mod items;
mod layout;
mod links;
mod listing;
mod manuals;
mod pictures;
mod public_api;
mod wrapping;

fn main() {
    tests::case::run_all();
}
