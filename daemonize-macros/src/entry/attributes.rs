//! Receives an attribute of the function; hands on what kind it is.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Attribute, Meta};

/// Whether an attribute describes the function and does nothing with it.
pub(super) fn describes(attribute: &Attribute) -> bool {
    const DESCRIBING: &[&str] = &["allow", "warn", "deny", "forbid", "expect", "doc", "deprecated"];
    attribute.path().segments.len() == 1 && DESCRIBING.contains(&&*name(attribute))
}

/// Whether an attribute may be a macro: any but those of the compiler and its tools.
pub(super) fn is_macro(attribute: &Attribute) -> bool {
    const BUILT_IN: &[&str] = &[
        "clippy",
        "cold",
        "diagnostic",
        "inline",
        "must_use",
        "no_mangle",
        "rustfmt",
        "target_feature",
        "track_caller",
    ];
    !BUILT_IN.contains(&&*first_name(attribute))
}

/// Whether an attribute may be a macro that makes `async fn main` an ordinary one.
pub(super) fn may_run_async(attribute: &Attribute) -> bool {
    is_macro(attribute) && name(attribute) != "instrument"
}

/// Whether it is `#[apply(main!)]`, which runs `main` by smol and may hand it an executor.
pub(super) fn fills_parameter(attribute: &Attribute) -> bool {
    let Meta::List(list) = &attribute.meta else { return false };
    let macro_name = list.tokens.to_string();
    let macro_name = macro_name.strip_suffix("!").unwrap_or_default();
    name(attribute) == "apply" && macro_name.trim_end().ends_with("main")
}

/// What a program calls instead of an attribute that refuses a `main` with a parameter.
pub(super) fn instead_of_refusing(attribute: &Attribute) -> Option<&'static str> {
    match (&*first_name(attribute), &*name(attribute)) {
        ("async_std" | "async_attributes", "main") => Some("async_std::task::block_on"),
        ("rocket", "main") => Some("rocket::execute"),
        _ => None,
    }
}

/// What a program calls instead of an attribute that leaves `main` without the value of `before`.
pub(super) fn instead_of_parameter(attribute: &Attribute) -> Option<&'static str> {
    if fills_parameter(attribute) { Some("smol::block_on") } else { instead_of_refusing(attribute) }
}

/// Whether it is `#[rocket::launch]`, which makes a `main` that calls this function.
pub(super) fn makes_main(attribute: &Attribute) -> bool {
    name(attribute) == "launch"
}

/// No program would write this, and neither the compiler nor another macro minds it. A name of our
/// own could clash with one of the program or of a tool.
pub(super) fn mark() -> TokenStream {
    quote! { #[doc(alias = "daemonized by daemonize-runtime")] }
}

pub(super) fn is_mark(attribute: &Attribute) -> bool {
    attribute.to_token_stream().to_string() == mark().to_string()
}

/// The last name of an attribute's path.
fn name(attribute: &Attribute) -> String {
    attribute.path().segments.last().map(|last| last.ident.to_string()).unwrap_or_default()
}

/// The first name of an attribute's path: that of a crate or a tool, if there is more than one.
fn first_name(attribute: &Attribute) -> String {
    attribute.path().segments.first().map(|first| first.ident.to_string()).unwrap_or_default()
}
