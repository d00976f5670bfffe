//! Receives the options and the parameter; hands on the statements that start the daemon and call
//! the user's function.

use proc_macro2::{Delimiter, Group, Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::{Expr, PatType, Signature};

use super::binding::{Binding, hidden};
use crate::{
    args::{Args, options::Known},
    entry::{Entry, check, parameter},
    errors::Errors,
};

/// The builder with the options, unless its path is unknown.
pub(super) fn daemon(args: &Args) -> Option<TokenStream> {
    let builder = args.of_runtime("Daemon")?;
    Some(with_options(quote! { #builder::new() }, args.methods()))
}

fn with_options(builder: TokenStream, options: Vec<(&Ident, &Expr)>) -> TokenStream {
    let mut daemon = builder;
    for (key, value) in options {
        daemon.extend(quote! { .#key(#value) });
    }
    daemon
}

/// Notes what is inherited before anything else can be open. If no code of the user runs before the
/// start, the start does it.
pub(super) fn note_inherited(args: &Args) -> Option<TokenStream> {
    let note = args.of_runtime("__note_inherited").filter(|_| args.run_code())?;
    Some(quote! { #note(); })
}

// With `commands = true`, the words that start nothing are answered before anything else. They need
// the PID file and the log, so these options cannot use the parameter. Each option is evaluated
// once, and `args_os()` is always without the word.
//
// Input:
//     #[daemonize(
//         commands = true,
//         before = Args::parse_from(args_os()),
//         redirect = "bot.log",
//         chdir = false,
//     )]
//     fn main(args: Args) {
//         serve(args);
//     }
//
// Output, where hygiene keeps the variable `main` apart from the function:
//     fn main() {
//         fn r#main(args: Args) {
//             serve(args);
//         }
//         ::daemonize_runtime::__note_inherited();
//         let main = ::daemonize_runtime::Daemon::with_commands(true, false).redirect("bot.log");
//         main.answer_commands();
//         let args: Args = Args::parse_from(args_os());
//         main.chdir(false).start_or_exit();
//         r#main(args)
//     }
pub(super) fn answer_commands(args: &Args) -> Option<TokenStream> {
    let builder = args.of_runtime("Daemon").filter(|_| args.has_commands())?;
    let (has_parser, files_vary) = (args.find(Known::Before).is_some(), args.files_vary());
    let builder = quote! { #builder::with_commands(#has_parser, #files_vary) };
    let (daemon, answering) = (with_options(builder, args.for_commands()), hidden());
    Some(quote! {
        let #answering = #daemon;
        #answering.answer_commands();
    })
}

/// The builder that starts: the one that has answered, with the options that it did not need.
fn starting(args: &Args, binding: Option<&Binding>) -> Option<TokenStream> {
    if args.has_commands() {
        let builder = binding.map_or_else(|| hidden().into_token_stream(), Binding::builder);
        Some(with_options(builder, args.not_for_commands()))
    } else {
        daemon(args)
    }
}

pub(super) fn start(args: &Args, entry: &Entry) -> TokenStream {
    let parameters = entry.parameters_for_before();
    if parameters.iter().any(|one| !parameter::conditions(one).is_empty()) {
        start_in_each_configuration(args, entry, &parameters)
    } else {
        start_with(args, entry, parameters.first().copied())
    }
}

// Only rustc knows which parameter there is.
//
// Input:
//     #[daemonize(before = listen()?)]
//     fn main(#[cfg(unix)] socket: Socket, #[cfg(windows)] pipe: Pipe) {
//         serve();
//     }
//
// Output, less the errors for both and for none of them:
//     fn main() {
//         fn r#main(#[cfg(unix)] socket: Socket, #[cfg(windows)] pipe: Pipe) {
//             serve();
//         }
//         #[cfg(all(all(unix), not(any(all(windows)))))]
//         {
//             let socket: Socket = listen()?;
//             ::daemonize_runtime::Daemon::new().start_or_exit();
//             r#main(socket)
//         }
//         #[cfg(all(all(windows), not(any(all(unix)))))]
//         {
//             let pipe: Pipe = listen()?;
//             ::daemonize_runtime::Daemon::new().start_or_exit();
//             r#main(pipe)
//         }
//     }
fn start_in_each_configuration(args: &Args, entry: &Entry, parameters: &[&PatType]) -> TokenStream {
    let mut statements = TokenStream::new();
    let mut earlier = TokenStream::new();
    for (index, parameter) in parameters.iter().enumerate() {
        let predicate = parameter::predicate(parameter);
        let mut later = TokenStream::new();
        for other in &parameters[index + 1..] {
            let predicate = parameter::predicate(other);
            later.extend(quote! { #predicate, });
        }
        let start = start_with(args, entry, Some(parameter));
        let too_many = report(*parameter, check::TOO_MANY);
        statements.extend(quote! {
            #[cfg(all(#predicate, not(any(#earlier #later))))]
            { #start }
            #[cfg(all(#predicate, any(#earlier), not(any(#later))))]
            { #too_many loop {} }
        });
        earlier.extend(quote! { #predicate, });
    }
    let none = args.find(Known::Before).map(|before| report(&before.key, check::NO_PARAMETER));
    quote! {
        #statements
        #[cfg(not(any(#earlier)))]
        { #none loop {} }
    }
}

fn report(place: &dyn ToTokens, text: &str) -> TokenStream {
    let mut errors = Errors::new();
    errors.at(place, text);
    errors.report()
}

fn start_with(args: &Args, entry: &Entry, parameter: Option<&PatType>) -> TokenStream {
    let start = if args.run_code() { quote!(start_or_exit) } else { quote!(start_first_or_exit) };
    let Some(parameter) = parameter else {
        let (daemon, call) = (starting(args, None), call(entry, TokenStream::new()));
        return quote! { #daemon.#start(); #call };
    };
    let binding = Binding::new(args, parameter);
    let daemon = starting(args, Some(&binding));
    let (declaration, call) = (binding.declare(args.before()), call(entry, binding.value()));
    match binding.taken_apart {
        None => quote! { #declaration #daemon.#start(); #call },
        Some((pieces, back)) => quote! {
            #declaration
            {
                #pieces
                #daemon.#start();
                #back
            }
            #call
        },
    }
}

/// The call of the user's function. If it is asynchronous, its value is wrong because of that.
fn call(entry: &Entry, argument: TokenStream) -> TokenStream {
    let Signature { ident, asyncness, .. } = &entry.signature;
    let mut name = ident.clone();
    let mut arguments = Group::new(Delimiter::Parenthesis, argument);
    if let Some(asyncness) = asyncness {
        name.set_span(ident.span().located_at(asyncness.span));
        arguments.set_span(arguments.span().located_at(asyncness.span));
    }
    quote! { #name #arguments }
}
