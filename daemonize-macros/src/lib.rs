//! The attribute.
use proc_macro::TokenStream;

/// Turns `main` into a daemon.
#[proc_macro_attribute]
pub fn daemonize(_options: TokenStream, item: TokenStream) -> TokenStream {
    item
}
