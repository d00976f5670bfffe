//! Stand-ins for attributes of other crates that `main` may have beside ours.

use proc_macro::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};

/// Has the name of our attribute and does nothing.
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

/// Generates `main`, like `#[rocket::launch]`.
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

/// Moves the function and the attributes below this one into a new `main`, like
/// `#[async_std::main]` of version 1.
#[proc_macro_attribute]
pub fn main(_: TokenStream, item: TokenStream) -> TokenStream {
    // The original makes a new keyword, too.
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
    text.parse().expect("the text consists of tokens")
}
