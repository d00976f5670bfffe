//! Receives the attribute and the function; hands on the new `main`.
//!
//! The new `main` holds the user's function word for word. Every token of the user's keeps its
//! span, so that rustc points at what the user wrote; every token of ours has the span of the
//! attribute, so that lints see an expansion and stay silent.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{FnArg, Pat, PatIdent, PatType, Signature, Type, parse_quote, parse2};

use crate::{
    args::{Args, options::Known},
    entry::Entry,
    errors::Errors,
};

pub(crate) fn expand(options: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::new();
    let args = Args::parse(options, &mut errors);
    match parse2::<Entry>(item.clone()) {
        Ok(entry) => {
            entry.check(&args, &mut errors);
            let errors = errors.report();
            let is_right = errors.is_empty() && !entry.takes_self();
            if is_right { wrap(&args, entry) } else { rescue(&args, entry, &errors) }
        }
        Err(error) => {
            errors.push(error);
            [errors.report(), item].into_iter().collect()
        }
    }
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
//         #[tokio::main]
//         async fn r#main(args: Args) -> Result<(), Error> {
//             serve(args).await
//         }
//         ::daemonize_runtime::__note_inherited();
//         let args: Args = Args::parse();
//         ::daemonize_runtime::Daemon::new().redirect(&args.log).start_or_exit();
//         r#main(args)
//     }
//
// What is inherited is noted before anything else could be open. Where nothing of the user's runs
// before, `start_first_or_exit()` says so instead.
fn wrap(args: &Args, mut entry: Entry) -> TokenStream {
    let signature = outer_signature(&entry);
    allow_for_options_alone(args, &mut entry);
    let function = inner_function(&mut entry);
    let Entry { visibility, signature: Signature { ident, .. }, .. } = &entry;
    let attributes = entry.describing_attributes();
    let locals = locals(args, &entry);
    let names = locals.iter().map(|local| &local.name);
    let commands = answer_commands(args);
    let daemon = if commands.is_some() { Some(start_on(args)) } else { daemon(args) };
    let (note, start) = if args.run_code() {
        let runtime = args.runtime();
        (quote! { #runtime::__note_inherited(); }, quote!(start_or_exit))
    } else {
        (TokenStream::new(), quote!(start_first_or_exit))
    };
    quote! {
        #(#attributes)*
        #visibility #signature {
            #function
            #note
            #commands
            #(#locals)*
            #daemon.#start();
            #ident(#(#names),*)
        }
    }
}

// With `commands = true`, the words that start nothing are answered before anything else. They need
// to know where the PID file and the log are, so that these options cannot use the parameter. Each
// option is evaluated once, and `args_os()` is without the word wherever one asks for it.
//
// Input:
//     #[daemonize(commands = true, before = Args::parse_from(args_os()), redirect = "bot.log", chdir = false)]
//     fn main(args: Args) {
//         serve(args);
//     }
//
// Output:
//     fn main() {
//         fn r#main(args: Args) {
//             serve(args);
//         }
//         ::daemonize_runtime::__note_inherited();
//         let __daemonize = ::daemonize_runtime::Daemon::with_commands(true, false).redirect("bot.log");
//         __daemonize.answer_commands();
//         let args: Args = Args::parse_from(args_os());
//         __daemonize.chdir(false).start_or_exit();
//         r#main(args)
//     }
fn answer_commands(args: &Args) -> Option<TokenStream> {
    let runtime = args.runtime().filter(|_| args.has_commands())?;
    let (has_parser, files_vary) = (args.find(Known::Before).is_some(), args.files_vary());
    let files = args.for_commands().map(|(key, value)| quote! { .#key(#value) });
    let answering = answering();
    Some(quote! {
        let #answering = #runtime::Daemon::with_commands(#has_parser, #files_vary) #(#files)*;
        #answering.answer_commands();
    })
}

/// The builder that has answered, with the other options.
fn start_on(args: &Args) -> TokenStream {
    let (answering, options) = (answering(), args.not_for_commands());
    let options = options.map(|(key, value)| quote! { .#key(#value) });
    quote! { #answering #(#options)* }
}

/// The name of the builder that answers.
fn answering() -> Ident {
    Ident::new("__daemonize", Span::mixed_site())
}

// Input:
//     #[daemonize(before = Args::parse(), redirct = &args.log, chdir = false)]
//     fn main(args: Args) {
//         serve(args);
//     }
//
// Output:
//     ::std::compile_error! { "unknown option `redirct`; did you mean `redirect`?" }
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
fn rescue(args: &Args, mut entry: Entry, errors: &TokenStream) -> TokenStream {
    let signature = outer_signature(&entry);
    let function = inner_function(&mut entry);
    let Entry { visibility, .. } = &entry;
    let attributes = entry.describing_attributes();
    if !entry.is_main() && !entry.is_bare() {
        // Others call it as it is.
        return quote! { #errors #(#attributes)* #visibility #function };
    }
    // Generic parameters end with the user's function, and so may all that the options mention.
    let options = entry.signature.generics.params.is_empty().then(|| checked_options(args, &entry));
    quote! {
        #errors
        #(#attributes)*
        #visibility #signature {
            #function
            #options
            loop {}
        }
    }
}

/// The options beside an error: looked up and type-checked like those of a start, but nothing
/// starts.
fn checked_options(args: &Args, entry: &Entry) -> TokenStream {
    let locals = locals(args, entry);
    let names = locals.iter().map(|local| &local.name);
    let values = args.loose_values();
    let daemon = daemon(args).into_iter();
    quote! {
        #(#locals let _ = &#names;)*
        #(let _ = #values;)*
        #(let _ = #daemon;)*
    }
}

/// The user's signature as an entry point has it: synchronous, without parameters and qualifiers.
fn outer_signature(entry: &Entry) -> TokenStream {
    let Signature { fn_token, ident, paren_token, output, .. } = &entry.signature;
    let mut parentheses = Group::new(Delimiter::Parenthesis, TokenStream::new());
    parentheses.set_span(paren_token.span.join());
    quote! { #fn_token #ident #parentheses #output }
}

/// The user's function, as it stands inside of the new `main`.
fn inner_function(entry: &mut Entry) -> TokenStream {
    let has_parameter = entry.parameters().next().is_some();
    let Signature { fn_token, ident, .. } = &mut entry.signature;
    // An item that begins with a token of ours is an expansion for clippy, which then spares it the
    // lints on signatures.
    fn_token.span = Span::mixed_site().located_at(fn_token.span);
    if has_parameter && ident == "main" {
        // Runtimes like tokio look for the word, and refuse parameters of a `main`.
        *ident = Ident::new_raw("main", ident.span());
    }
    let Entry { signature, body, .. } = &*entry;
    let attributes = entry.working_attributes();
    quote! { #(#attributes)* #signature #body }
}

/// A parameter that only the options use is used all the same. The lint would advise to rename it,
/// and then the options would be wrong.
fn allow_for_options_alone(args: &Args, entry: &mut Entry) {
    for input in &mut entry.signature.inputs {
        if let FnArg::Typed(parameter) = input
            && let Some(name) = plain_name(&parameter.pat).map(|name| name.to_string())
            && !mentions(entry.body.clone().into(), &name)
            && args.methods().any(|(_, value)| mentions(value.to_token_stream(), &name))
        {
            parameter.attrs.push(parse_quote! { #[allow(unused_variables)] });
        }
    }
}

/// Whether a name may be meant somewhere in these tokens; in a text, too, which can be one of
/// `format!`.
fn mentions(tokens: TokenStream, name: &str) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Group(group) => mentions(group.stream(), name),
        TokenTree::Literal(literal) => literal.to_string().contains(name),
        TokenTree::Ident(ident) => ident == name,
        TokenTree::Punct(_) => false,
    })
}

/// The builder with the options, unless nobody knows where it lives.
fn daemon(args: &Args) -> Option<TokenStream> {
    let runtime = args.runtime()?;
    let options = args.methods().map(|(key, value)| quote! { .#key(#value) });
    Some(quote! { #runtime::Daemon::new() #(#options)* })
}

/// `let args: Args = Args::parse();`, which names the parameter for the options and the call.
struct Local<'entry> {
    name: Ident,
    kind: &'entry Type,
    value: TokenStream,
}

fn locals<'entry>(args: &Args, entry: &'entry Entry) -> Vec<Local<'entry>> {
    let mut before = args.find(Known::Before).and_then(|given| given.value.as_ref());
    let local = |parameter: &'entry PatType| Local {
        name: plain_name(&parameter.pat).unwrap_or_else(hidden_name),
        kind: &parameter.ty,
        // Beside an error there may be no value; this stands for one of any type.
        value: before.take().map_or_else(
            || quote!(::core::option::Option::None.unwrap()),
            ToTokens::to_token_stream,
        ),
    };
    entry.parameters().map(local).collect()
}

impl ToTokens for Local<'_> {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Self { name, kind, value } = self;
        tokens.extend(quote! { let #name: #kind = #value; });
    }
}

/// The parameter's own name, so that the options can use it, unless clippy would mind that it is
/// used.
fn plain_name(pattern: &Pat) -> Option<Ident> {
    match pattern {
        Pat::Ident(PatIdent { by_ref: None, subpat: None, ident, .. }) => {
            (!ident.to_string().starts_with('_')).then(|| ident.clone())
        }
        _ => None,
    }
}

/// A name for a parameter that has none. Hygiene does not keep it apart from the user's items,
/// hence the unlikely name.
fn hidden_name() -> Ident {
    Ident::new("__daemonize_before", Span::mixed_site())
}
