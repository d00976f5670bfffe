//! The attribute that turns a function into a test case.
//!
//! The standard harness decides at compile time which tests are ignored. What a machine or a user
//! lacks is only known at run time. The cases therefore use a custom harness, and this attribute
//! registers them with it.

use proc_macro::TokenStream;
use quote::quote;
use syn::parse::{Parse, ParseStream};
use syn::{Expr, Ident, ItemFn, Result, Token, parse_macro_input, parse_quote};

/// Turns a function into a case: `#[test]`, or `#[test(needs = need::root)]`.
///
/// The value of `needs` is a function that returns a `tests::need::Need`. If the need is not met,
/// the case is counted as ignored, with the reason.
#[proc_macro_attribute]
pub fn test(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let Needs(needs) = parse_macro_input!(arguments);
    let function: ItemFn = parse_macro_input!(item);
    let name = &function.sig.ident;
    let case = quote! {
        #function

        ::tests::case::inventory::submit! {
            ::tests::case::Case {
                path: ::core::concat!(::core::module_path!(), "::", ::core::stringify!(#name)),
                needs: #needs,
                run: #name,
            }
        }
    };
    case.into()
}

/// The arguments of the attribute.
struct Needs(Expr);

impl Parse for Needs {
    fn parse(input: ParseStream) -> Result<Self> {
        if input.is_empty() {
            return Ok(Self(parse_quote!(::tests::need::nothing)));
        }
        let key: Ident = input.parse()?;
        if key != "needs" {
            return Err(syn::Error::new(key.span(), "expected `needs`"));
        }
        input.parse::<Token![=]>()?;
        Ok(Self(input.parse()?))
    }
}
