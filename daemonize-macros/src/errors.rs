//! Receives the mistakes of every stage, in the order in which they stand in the source; hands on
//! one compile error each.

use std::fmt::Display;

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::Error;

/// Every mistake of one attribute, so that one compile shows them all.
#[derive(Default)]
pub(crate) struct Errors(Vec<Error>);

impl Errors {
    pub(crate) fn push(&mut self, error: Error) {
        self.0.push(error);
    }

    /// A mistake in `place`: everything from its first to its last token is underlined.
    pub(crate) fn at(&mut self, place: impl ToTokens, text: impl Display) {
        self.push(Error::new_spanned(place, text));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl ToTokens for Errors {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.extend(self.0.iter().flat_map(Error::to_compile_error).map(in_every_edition));
    }
}

/// `::core::compile_error!`, as syn has it, is looked up in the program's own root in edition 2015.
/// Only `std` is sure to be there.
fn in_every_edition(token: TokenTree) -> TokenTree {
    match token {
        TokenTree::Ident(name) if name == "core" => Ident::new("std", name.span()).into(),
        other => other,
    }
}
