//! Receives source text; hands on what the attribute makes of it, for the tests of each promise in
//! the files below.

mod expansion;
mod messages;
mod property;
mod random;
mod spelling;

use proc_macro2::TokenStream;

use crate::expand::expand;

/// The texts of all errors that `#[daemonize(options)]` on `item` gives, in their order.
fn errors_of(options: &str, item: &str) -> Vec<String> {
    let errors = property::compile_errors(expand(tokens(options), tokens(item)));
    errors.into_iter().map(|error| error.text).collect()
}

fn tokens(text: &str) -> TokenStream {
    text.parse().expect("test input is made of tokens")
}
