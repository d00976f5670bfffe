//! Receives the attribute and the function; hands on the new `main`.
//!
//! The new `main` holds the user's function word for word. Every token of the user keeps its span,
//! so rustc points at what the user wrote. Every token of ours has the span of the attribute, so
//! lints see an expansion and stay silent.

mod binding;
pub(crate) mod editor;
mod pattern;
mod rescue;
mod start;

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::{FnArg, Signature, ext::IdentExt, parse2};

use crate::{
    args::{Args, mentions},
    entry::{Entry, Item},
    errors::Errors,
};

pub(crate) fn expand(options: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::new();
    let args = Args::parse(options.clone(), &mut errors);
    match parse2(item.clone()) {
        Ok(Item { function: Some(entry) }) => {
            entry.check(&args, &mut errors);
            let sketch = editor::is_asking().then(|| editor::sketch(options, &entry));
            let errors = errors.report();
            let is_right = errors.is_empty() && !entry.takes_self();
            if is_right {
                wrap(&args, entry, sketch.as_ref())
            } else {
                rescue::rescue(&args, entry, &item, sketch.as_ref(), &errors)
            }
        }
        Ok(Item { function: None }) => beside(errors, item),
        Err(error) => {
            errors.push(error);
            beside(errors, item)
        }
    }
}

/// An item that stays as it is.
fn beside(errors: Errors, item: TokenStream) -> TokenStream {
    let mut tokens = errors.report();
    tokens.extend(item);
    tokens
}

// Input:
//     /// The greeter.
//     #[daemonize(before = Args::parse(), redirect = &args.log)]
//     #[tokio::main]
//     async fn main(args: Args) -> Result<(), Error> {
//         serve(args).await
//     }
//
// Output:
//     /// The greeter.
//     fn main() -> Result<(), Error> {
//         #[doc(alias = "daemonized by daemonize-runtime")]
//         #[tokio::main]
//         async fn r#main(args: Args) -> Result<(), Error> {
//             serve(args).await
//         }
//         ::daemonize_runtime::__note_inherited();
//         let args: Args = Args::parse();
//         ::daemonize_runtime::Daemon::new().redirect(&args.log).start_or_exit();
//         r#main(args)
//     }
fn wrap(args: &Args, mut entry: Entry, sketch: Option<&TokenStream>) -> TokenStream {
    let signature = outer_signature(&entry);
    enclose(&mut entry.signature);
    let (note, commands) = (start::note_inherited(args), start::answer_commands(args));
    let start = start::start(args, &entry);
    allow_for_options_alone(args, &mut entry);
    let function = inner_function(&entry);
    let visibility = &entry.visibility;
    let attributes = entry.describing_attributes();
    quote! {
        #(#attributes)*
        #visibility #signature {
            #sketch
            #function
            #note
            #commands
            #start
        }
    }
}

/// The user's signature as an entry point has it: synchronous, without parameters and qualifiers.
fn outer_signature(entry: &Entry) -> TokenStream {
    let Signature { fn_token, ident, paren_token, output, .. } = &entry.signature;
    let mut parentheses = Group::new(Delimiter::Parenthesis, TokenStream::new());
    parentheses.set_span(paren_token.span.join());
    quote! { #fn_token #ident #parentheses #output }
}

/// Makes the user's signature fit for the inside of the new `main`.
fn enclose(signature: &mut Signature) {
    let Signature { fn_token, ident, inputs, .. } = signature;
    // To clippy, an item that begins with a token of ours is an expansion. It gets no lints on its
    // signature.
    fn_token.span = Span::mixed_site().located_at(fn_token.span);
    if !inputs.is_empty() && ident == "main" {
        // Runtimes like tokio look for the word, and refuse parameters of a `main`.
        *ident = Ident::new_raw("main", ident.span());
    }
}

/// The user's function, as it stands inside of the new `main`.
fn inner_function(entry: &Entry) -> TokenStream {
    let Entry { signature, body, .. } = entry;
    let (mark, attributes) = (entry.mark(), entry.working_attributes());
    quote! { #mark #(#attributes)* #signature #body }
}

/// Only the options use this variable, but they do use it. The lint would advise to rename it, and
/// then the options would be wrong.
fn allow_for_options_alone(args: &Args, entry: &mut Entry) {
    let body = entry.body.to_token_stream();
    let is_for_options_alone = &|variable: &Ident| {
        let variable = variable.unraw().to_string();
        !variable.starts_with('_')
            && mentions::first(body.clone(), &variable).is_none()
            && args.mention(&variable)
    };
    for input in &mut entry.signature.inputs {
        if let FnArg::Typed(parameter) = input {
            pattern::allow_unused(&mut parameter.pat, &mut parameter.attrs, is_for_options_alone);
        }
    }
}
