//! Receives a parameter of the function; hands on when it exists and which variables it makes.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::{Attribute, Meta, Pat, PatIdent, PatType};

/// The attributes that decide whether a parameter exists.
pub(crate) fn conditions(parameter: &PatType) -> Vec<&Attribute> {
    let mut conditions = Vec::new();
    for attribute in &parameter.attrs {
        if attribute.path().is_ident("cfg") {
            conditions.push(attribute);
        }
    }
    conditions
}

/// When a parameter exists, as `#[cfg]` takes it.
pub(crate) fn predicate(parameter: &PatType) -> TokenStream {
    let mut conditions = TokenStream::new();
    for attribute in self::conditions(parameter) {
        if let Meta::List(list) = &attribute.meta {
            let condition = &list.tokens;
            conditions.extend(quote! { #condition, });
        }
    }
    quote! { all(#conditions) }
}

/// The variable that a pattern consists of, if it does.
pub(crate) fn plain(pattern: &Pat) -> Option<&Ident> {
    match pattern {
        Pat::Ident(PatIdent { by_ref: None, subpat: None, ident, .. }) => Some(ident),
        _ => None,
    }
}

/// The variables that a pattern makes, in their order.
pub(crate) fn variables(pattern: &Pat) -> Vec<&Ident> {
    let mut variables = Vec::new();
    collect_variables(pattern, &mut variables);
    variables
}

fn collect_variables<'p>(pattern: &'p Pat, variables: &mut Vec<&'p Ident>) {
    let elements = match pattern {
        Pat::Ident(pattern) => {
            variables.push(&pattern.ident);
            if let Some((_, inner)) = &pattern.subpat {
                collect_variables(inner, variables);
            }
            return;
        }
        Pat::Paren(pattern) => return collect_variables(&pattern.pat, variables),
        Pat::Reference(pattern) => return collect_variables(&pattern.pat, variables),
        Pat::Struct(pattern) => {
            for field in &pattern.fields {
                collect_variables(&field.pat, variables);
            }
            return;
        }
        Pat::Or(pattern) => {
            // Each case makes the same ones.
            if let Some(case) = pattern.cases.first() {
                collect_variables(case, variables);
            }
            return;
        }
        Pat::Tuple(pattern) => &pattern.elems,
        Pat::TupleStruct(pattern) => &pattern.elems,
        Pat::Slice(pattern) => &pattern.elems,
        _ => return,
    };
    for element in elements {
        collect_variables(element, variables);
    }
}

/// Whether a pattern makes a variable that is wanted.
pub(crate) fn makes(pattern: &Pat, is_wanted: &dyn Fn(&Ident) -> bool) -> bool {
    variables(pattern).into_iter().any(is_wanted)
}
