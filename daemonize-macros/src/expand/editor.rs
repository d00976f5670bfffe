//! Receives what stands in the parentheses, finished or not; hands on a sketch of the start if
//! rust-analyzer asks.
//!
//! For a completion, rust-analyzer expands a program twice: as it is, and with a name at the
//! cursor. It goes on only if both expansions have the same text up to the cursor. A start and the
//! rescue of one differ; the sketch, which comes first in both, does not. The names of the options
//! are fields in it, so they are offered and explained. The values stand where the builder takes
//! them.
//!
//! rustc never sees a sketch, which may contain half an expression. A `#[cfg(rust_analyzer)]` would
//! not keep it away: rustc parses what it leaves out, and warns of names that it does not know.

use std::{env, mem};

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{PatType, ext::IdentExt};

use crate::{args::options::Known, entry::Entry};

/// One option, as far as it is written.
#[derive(Default)]
struct Piece {
    key: Option<Ident>,
    has_equals: bool,
    value: TokenStream,
}

/// Whether rust-analyzer runs this macro: its process has that name.
pub(super) fn is_asking() -> bool {
    let program = env::current_exe().unwrap_or_default();
    program.file_name().is_some_and(|name| name.to_string_lossy().starts_with("rust-analyzer"))
}

// Input:
//     #[daemonize(before = Args::parse(), redirect = &args., chd)]
//     fn main(args: Args) {
//         serve(args);
//     }
//
// Output:
//     #[allow(unused)]
//     {
//         let args: Args = Args::parse();
//         ::daemonize_runtime::Daemon::new().redirect(&args.);
//         {
//             struct Value;
//             struct Options { #[doc = ".."] redirect: Value, .. }
//             |Options { before: _, redirect: _, chd .. }: Options| {};
//         }
//     }
pub(crate) fn sketch(options: TokenStream, entry: &Entry) -> TokenStream {
    let mut before = TokenStream::new();
    let mut runtime = quote! { ::daemonize_runtime };
    let (mut methods, mut values) = (TokenStream::new(), TokenStream::new());
    let (mut fields, mut explained) = (TokenStream::new(), TokenStream::new());
    for Piece { key, has_equals, value } in pieces(options) {
        match key.as_ref().and_then(|key| Known::find(&key.unraw().to_string())) {
            Some(option) if option.is_method() && has_equals => {
                // The user's own name leads to the method already.
                let method = Ident::new(option.name(), Span::call_site());
                methods.extend(quote! { .#method(#value) });
                fields.extend(quote! { #method: _, });
                continue;
            }
            Some(Known::Crate) if has_equals => {
                runtime = value;
                explain(key.as_ref()).to_tokens(&mut explained);
                continue;
            }
            Some(Known::Before) => before = value,
            Some(_) if has_equals => values.extend(quote! { let _ = #value; }),
            // A field that does not exist would be refused once more.
            None if has_equals => {
                values.extend(quote! { let _ = #value; });
                continue;
            }
            _ => {}
        }
        let complete = has_equals.then(|| quote! { : _, });
        fields.extend(quote! { #key #complete });
    }
    let mut locals = TokenStream::new();
    for PatType { pat, ty, .. } in entry.parameters_for_before() {
        locals.extend(quote! { let #pat: #ty = #before; });
    }
    let mut names = TokenStream::new();
    for option in Known::ALL {
        field(*option).to_tokens(&mut names);
    }
    quote! {
        #[allow(unused)]
        {
            #locals
            #values
            #runtime::Daemon::new()#methods;
            {
                struct Value;
                struct Options { #names }
                |Options { #fields .. }: Options| {};
                #explained
            }
        }
    }
}

/// What stands between the commas.
fn pieces(options: TokenStream) -> Vec<Piece> {
    let (mut pieces, mut piece, mut position) = (Vec::new(), Piece::default(), 0);
    for token in options {
        let sign = match &token {
            TokenTree::Punct(sign) => sign.as_char(),
            _ => ' ',
        };
        if sign == ',' {
            pieces.push(mem::take(&mut piece));
            position = 0;
            continue;
        }
        match token {
            TokenTree::Ident(key) if position == 0 => piece.key = Some(key),
            _ if position == 1 && sign == '=' => piece.has_equals = true,
            token if piece.has_equals => piece.value.extend([token]),
            _ => {}
        }
        position += 1;
    }
    pieces.push(piece);
    pieces
}

/// An option as a field, except `crate`: no field can have that name.
fn field(option: Known) -> Option<TokenStream> {
    let name = match option {
        Known::Crate => return None,
        _ => Ident::new(option.name(), Span::call_site()),
    };
    let explanation = explanation(option);
    Some(quote! { #[doc = #explanation] #name: Value, })
}

/// `crate`, under another name.
fn explain(key: Option<&Ident>) -> Option<TokenStream> {
    let name = Ident::new("runtime", key?.span());
    let explanation = explanation(Known::Crate);
    Some(quote! {
        struct Runtime { #[doc = #explanation] runtime: Value }
        |Runtime { #name: _ }: Runtime| {};
    })
}

fn explanation(option: Known) -> String {
    let text = match option {
        Known::Before => {
            "Evaluated in the foreground before anything is detached. Its value becomes the \
             parameter of `main`, which the other options may use. `?` returns from `main`."
        }
        Known::Commands => {
            "Whether the program answers `start`, `stop`, `restart`, `status`, `run`, `log` and `help`."
        }
        Known::Crate => "Path of the runtime, if it is renamed or re-exported.",
        _ => "The builder `Daemon` documents it, as a method of the same name.",
    };
    format!("`{}`\n\n{text}", option.example())
}
