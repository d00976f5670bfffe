//! Receives what has mistakes; hands on the errors and, beneath them, all that is right.

use proc_macro2::TokenStream;
use quote::quote;

use super::{binding::Binding, enclose, inner_function, outer_signature, start};
use crate::{
    args::{Args, mentions},
    entry::{Entry, parameter},
};

// Input:
//     #[daemonize(before = Args::parse(), redirct = &args.log, chdir = false)]
//     fn main(args: Args) {
//         serve(args);
//     }
//
// Output:
//     fn main() {
//         fn r#main(args: Args) {
//             serve(args);
//         }
//         let args: Args = Args::parse();
//         let _ = &args;
//         let _ = &args.log;
//         let _ = ::daemonize_runtime::Daemon::new().chdir(false);
//         loop {}
//     }
//     ::std::compile_error! { "unknown option `redirct`; did you mean `redirect`?" }
pub(super) fn rescue(
    args: &Args,
    mut entry: Entry,
    item: &TokenStream,
    sketch: Option<&TokenStream>,
    errors: &TokenStream,
) -> TokenStream {
    if !entry.is_main() && !entry.is_bare() {
        // Others call it as it is.
        return quote! { #item #errors };
    }
    let asyncness = entry.expected_async();
    let signature = outer_signature(&entry);
    enclose(&mut entry.signature);
    let function = inner_function(&entry);
    let visibility = &entry.visibility;
    let attributes = entry.describing_attributes();
    // Generic parameters end with the user's function, and the options may mention them.
    let may_stay = entry.signature.generics.params.is_empty();
    let options = may_stay.then(|| where_they_may_await(checked_options(args, &entry), &entry));
    quote! {
        #(#attributes)*
        #visibility #asyncness #signature {
            #sketch
            #function
            #options
            loop {}
        }
        #errors
    }
}

/// Options that await have been refused, and rustc should not refuse them again. `?` in them needs
/// the return type.
fn where_they_may_await(options: TokenStream, entry: &Entry) -> TokenStream {
    if mentions::awaited(options.clone()).is_none() {
        return options;
    }
    let output = &entry.signature.output;
    quote! {
        {
            async fn main() #output {
                #options
                loop {}
            }
            let _ = main;
        }
    }
}

/// The options beside an error: looked up and type-checked like those of a start, but nothing
/// starts.
fn checked_options(args: &Args, entry: &Entry) -> TokenStream {
    let mut statements = TokenStream::new();
    let mut before = args.before();
    if entry.unconditional_parameters().len() > 1 {
        // The value is for none of them.
        let value = before.take();
        statements.extend(value.map(|value| quote! { let _ = #value; }));
    }
    for parameter in entry.parameters_for_before() {
        let binding = Binding::new(args, parameter);
        let (declaration, variable) = (binding.declare(before), binding.value());
        let conditions = parameter::conditions(parameter);
        statements.extend(quote! {
            #(#conditions)* #declaration
            #(#conditions)* let _ = &#variable;
        });
        if let Some((pieces, _)) = binding.taken_apart {
            statements.extend(quote! { #(#conditions)* #pieces });
        }
    }
    for value in args.loose_values() {
        statements.extend(quote! { let _ = #value; });
    }
    if let Some(daemon) = start::daemon(args) {
        statements.extend(quote! { let _ = #daemon; });
    }
    statements
}
