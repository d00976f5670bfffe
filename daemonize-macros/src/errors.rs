//! Receives the mistakes of every stage, in the order in which they stand in the source; hands on
//! one compile error each.

use std::thread;

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::Error;

/// Every mistake of one attribute: one compile shows them all.
///
/// Panics if it is dropped before it is reported: a program with a mistake would compile.
pub(crate) struct Errors(Option<Vec<Error>>);

impl Errors {
    pub(crate) fn new() -> Self {
        Self(Some(Vec::new()))
    }

    pub(crate) fn push(&mut self, error: Error) {
        self.0.get_or_insert_default().push(error);
    }

    pub(crate) fn at(&mut self, place: &dyn ToTokens, text: &str) {
        self.push(mistake(place, text));
    }

    /// The compile errors; no tokens if nothing is wrong.
    pub(crate) fn report(mut self) -> TokenStream {
        let mut tokens = TokenStream::new();
        for error in self.0.take().unwrap_or_default() {
            for token in error.into_compile_error() {
                tokens.extend([in_every_edition(token)]);
            }
        }
        tokens
    }
}

impl Drop for Errors {
    fn drop(&mut self) {
        assert!(self.0.is_none() || thread::panicking(), "mistakes were found and not reported");
    }
}

/// A mistake in `place`, which is underlined from its first to its last token.
pub(crate) fn mistake(place: &dyn ToTokens, text: &str) -> Error {
    Error::new_spanned(place.to_token_stream(), text)
}

/// A text as it stands in a literal.
pub(crate) fn visible(text: &str) -> String {
    let text = format!("{text:?}");
    text[1..text.len() - 1].to_owned()
}

/// `::core::compile_error!`, as syn has it, is looked up in the program's own root in edition 2015.
/// Only `std` is sure to be there.
fn in_every_edition(token: TokenTree) -> TokenTree {
    match token {
        TokenTree::Ident(name) if name == "core" => Ident::new("std", name.span()).into(),
        other => other,
    }
}
