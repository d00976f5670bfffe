//! Attributes of other crates that a `main` may have beside ours, as far as they concern us.

use proc_macro::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};

/// Another crate's attribute that happens to have our name. It does nothing.
#[proc_macro_attribute]
pub fn daemonize(_: TokenStream, item: TokenStream) -> TokenStream {
    item
}

/// Hands the function to a macro, like the attribute of `macro_rules_attribute`.
#[proc_macro_attribute]
pub fn apply(macro_name: TokenStream, item: TokenStream) -> TokenStream {
    let braces = Group::new(Delimiter::Brace, item);
    macro_name.into_iter().chain([TokenTree::Group(braces)]).collect()
}

/// Leaves an asynchronous function as it is, like `#[tracing::instrument]`.
#[proc_macro_attribute]
pub fn instrument(_: TokenStream, item: TokenStream) -> TokenStream {
    item
}

/// Makes `main` itself, like `#[rocket::launch]`.
#[proc_macro_attribute]
pub fn launch(_: TokenStream, item: TokenStream) -> TokenStream {
    let nothing = TokenTree::Group(Group::new(Delimiter::Parenthesis, TokenStream::new()));
    let inner = item.into_iter().map(|token| match token {
        token if token.to_string() == "_" => nothing.clone(),
        other => other,
    });
    let main = tokens("fn main() {}");
    inner.chain(main).collect()
}

/// Puts the function, and all attributes below this one, into a new `main`, like
/// `#[async_std::main]` of version 1.
#[proc_macro_attribute]
pub fn main(_: TokenStream, item: TokenStream) -> TokenStream {
    // The keyword is a new one.
    let asynchronous = TokenTree::Ident(Ident::new("async", Span::call_site()));
    let inner = item.into_iter().map(|token| match token {
        token if token.to_string() == "async" => asynchronous.clone(),
        other => other,
    });
    let run = tokens("::std::mem::drop(async { main().await })");
    let body = Group::new(Delimiter::Brace, inner.chain(run).collect());
    let head = tokens("fn main()");
    head.into_iter().chain([TokenTree::Group(body)]).collect()
}

fn tokens(text: &str) -> TokenStream {
    text.parse().expect("the texts above are made of tokens")
}
