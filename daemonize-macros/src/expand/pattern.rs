//! Receives the pattern of a parameter; hands on how to take a value apart for a while.
//!
//! What the options use is moved out of the value, and moved back afterwards. So it has the type
//! that it has in the user's function.

use std::mem;

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::{
    Attribute, FieldPat, Index, Pat, PatIdent, PatStruct, Path, Token, Type, parse_quote,
    punctuated::Punctuated,
};

use crate::entry::parameter;

pub(super) struct Pieces<'a> {
    is_wanted: &'a dyn Fn(&Ident) -> bool,
    /// Statements that put the value together again.
    pub(super) back: TokenStream,
    /// Whether the value is changed or borrowed mutably.
    pub(super) is_mutable: bool,
}

impl<'a> Pieces<'a> {
    pub(super) fn new(is_wanted: &'a dyn Fn(&Ident) -> bool) -> Self {
        Self { is_wanted, back: TokenStream::new(), is_mutable: false }
    }

    /// The pattern that takes the wanted variables out of `place`. Without a place they are
    /// references or copies, which need not go back.
    pub(super) fn take(
        &mut self,
        pattern: &Pat,
        place: Option<&TokenStream>,
        kind: Option<&Type>,
    ) -> TokenStream {
        let place = place.filter(|_| !kind.is_some_and(is_reference));
        if !parameter::makes(pattern, self.is_wanted) {
            return if is_rest(pattern) { quote!(..) } else { quote!(_) };
        }
        if let Some(place) = place
            && let Some(whole) = as_expression(pattern)
        {
            self.put_back(place, &whole);
            return whole;
        }
        match pattern {
            Pat::Ident(pattern) => self.take_variable(pattern, place, kind),
            Pat::Paren(pattern) => {
                let inner = self.take(&pattern.pat, place, kind);
                quote! { (#inner) }
            }
            Pat::Reference(pattern) => {
                let inner = self.take(&pattern.pat, None, None);
                let (and, mutability) = (&pattern.and_token, &pattern.mutability);
                quote! { #and #mutability #inner }
            }
            Pat::Or(pattern) => {
                let mut cases = TokenStream::new();
                for case in &pattern.cases {
                    let case = self.take(case, None, None);
                    cases.extend(quote! { | #case });
                }
                cases
            }
            Pat::Tuple(pattern) => {
                let kinds = match kind {
                    Some(Type::Tuple(kind)) => Some(&kind.elems),
                    _ => None,
                };
                let elements = self.take_each(&pattern.elems, place, kinds);
                let comma = (pattern.elems.len() == 1).then(|| quote!(,));
                quote! { (#(#elements),* #comma) }
            }
            Pat::TupleStruct(pattern) => {
                let (path, place) = (&pattern.path, place.filter(|_| !is_variant(&pattern.path)));
                let elements = self.take_each(&pattern.elems, place, None);
                quote! { #path(#(#elements),*) }
            }
            Pat::Struct(pattern) => {
                self.take_fields(pattern, place.filter(|_| !is_variant(&pattern.path)))
            }
            Pat::Slice(pattern) => {
                let elements = self.take_each(&pattern.elems, None, None);
                quote! { [#(#elements),*] }
            }
            other => other.to_token_stream(),
        }
    }

    fn take_variable(
        &mut self,
        pattern: &PatIdent,
        place: Option<&TokenStream>,
        kind: Option<&Type>,
    ) -> TokenStream {
        let PatIdent { by_ref, mutability, ident, subpat, .. } = pattern;
        let inner = subpat.as_ref().map(|(_, inner)| self.take(inner, place, kind));
        if !(self.is_wanted)(ident) {
            return inner.unwrap_or_default();
        }
        if by_ref.is_some() {
            self.is_mutable |= mutability.is_some();
        } else if let Some(place) = place {
            self.put_back(place, ident);
        }
        // `mut` makes no difference to the type of a copy.
        let mutability = mutability.as_ref().filter(|_| by_ref.is_some());
        let at = inner.as_ref().map(|_| quote!(@));
        quote! { #by_ref #mutability #ident #at #inner }
    }

    fn take_each(
        &mut self,
        elements: &Punctuated<Pat, Token![,]>,
        place: Option<&TokenStream>,
        kinds: Option<&Punctuated<Type, Token![,]>>,
    ) -> Vec<TokenStream> {
        let mut taken = Vec::new();
        let mut is_behind_rest = false;
        for (position, element) in elements.iter().enumerate() {
            is_behind_rest |= is_rest(element);
            // Behind `..`, only the type of a tuple tells the index.
            let behind = elements.len() - position;
            let index = if is_behind_rest {
                kinds.and_then(|kinds| kinds.len().checked_sub(behind))
            } else {
                Some(position)
            };
            let kind = index.and_then(|index| kinds?.get(index));
            let place = index.and_then(|index| {
                let (place, index) = (place?, Index::from(index));
                Some(quote! { #place.#index })
            });
            taken.push(self.take(element, place.as_ref(), kind));
        }
        taken
    }

    fn take_fields(&mut self, pattern: &PatStruct, place: Option<&TokenStream>) -> TokenStream {
        let mut fields = Vec::new();
        for FieldPat { attrs, member, colon_token, pat } in &pattern.fields {
            let place = place.filter(|_| attrs.is_empty()).map(|place| quote! { #place.#member });
            if parameter::makes(pat, self.is_wanted) {
                let name = colon_token.as_ref().map(|colon| quote! { #member #colon });
                let taken = self.take(pat, place.as_ref(), None);
                fields.push(quote! { #(#attrs)* #name #taken });
            }
        }
        let lacks_some = pattern.rest.is_some() || fields.len() < pattern.fields.len();
        let (path, rest) = (&pattern.path, lacks_some.then(|| quote!(, ..)));
        quote! { #path { #(#fields),* #rest } }
    }

    fn put_back(&mut self, place: &TokenStream, piece: impl ToTokens) {
        self.is_mutable = true;
        self.back.extend(quote! { #place = #piece; });
    }
}

/// What can only be put back as a whole: an array, and a variant, whose fields have no names
/// outside of a pattern. With nothing but variables in it, the pattern is the expression.
fn as_expression(pattern: &Pat) -> Option<TokenStream> {
    match pattern {
        Pat::Slice(pattern) => {
            let elements = plain_variables(&pattern.elems)?;
            Some(quote! { [#elements] })
        }
        Pat::TupleStruct(pattern) if is_variant(&pattern.path) => {
            let (path, elements) = (&pattern.path, plain_variables(&pattern.elems)?);
            Some(quote! { #path(#elements) })
        }
        Pat::Struct(pattern) if is_variant(&pattern.path) && pattern.rest.is_none() => {
            let mut fields = TokenStream::new();
            for FieldPat { member, colon_token, pat, .. } in &pattern.fields {
                let (name, variable) =
                    (colon_token.as_ref().map(|_| member), parameter::plain(pat)?);
                fields.extend(quote! { #name #colon_token #variable, });
            }
            let path = &pattern.path;
            Some(quote! { #path { #fields } })
        }
        _ => None,
    }
}

fn plain_variables(patterns: &Punctuated<Pat, Token![,]>) -> Option<TokenStream> {
    let mut variables = TokenStream::new();
    for pattern in patterns {
        let variable = parameter::plain(pattern)?;
        variables.extend(quote! { #variable, });
    }
    Some(variables)
}

/// Whether a path leads to a variant, as far as its spelling tells.
fn is_variant(path: &Path) -> bool {
    let (mut container, mut last) = (String::new(), String::new());
    for segment in &path.segments {
        container = mem::replace(&mut last, segment.ident.to_string());
    }
    matches!(&*last, "Ok" | "Err" | "Some")
        || container.as_bytes().first().is_some_and(u8::is_ascii_uppercase)
}

fn is_reference(kind: &Type) -> bool {
    match kind {
        Type::Reference(_) => true,
        Type::Group(kind) => is_reference(&kind.elem),
        Type::Paren(kind) => is_reference(&kind.elem),
        _ => false,
    }
}

/// `..`, or `rest @ ..`
fn is_rest(pattern: &Pat) -> bool {
    match pattern {
        Pat::Rest(_) => true,
        Pat::Ident(pattern) => pattern.subpat.as_ref().is_some_and(|(_, inner)| is_rest(inner)),
        _ => false,
    }
}

/// Allows variables that the function's body does not use: in the pattern of a structure each field
/// by itself, elsewhere the whole parameter.
pub(super) fn allow_unused(
    pattern: &mut Pat,
    attributes: &mut Vec<Attribute>,
    is_allowed: &dyn Fn(&Ident) -> bool,
) {
    if let Pat::Struct(pattern) = pattern {
        for field in &mut pattern.fields {
            allow_unused(&mut field.pat, &mut field.attrs, is_allowed);
        }
    } else if parameter::makes(pattern, is_allowed) {
        attributes.push(parse_quote! { #[allow(unused_variables)] });
    }
}
