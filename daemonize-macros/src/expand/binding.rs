//! Receives a parameter and the options; hands on how the value of `before` comes to the options
//! and to the user's function.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::{Expr, PatType, ext::IdentExt, spanned::Spanned};

use super::pattern::Pieces;
use crate::{args::Args, entry::parameter};

/// The variable of the new `main` that holds the value, and the parameter's own variables for the
/// options.
pub(super) struct Binding<'entry> {
    parameter: &'entry PatType,
    variable: Ident,
    /// Whether the value is changed or borrowed mutably.
    is_mutable: bool,
    /// Whether the variable holds the builder too, which would be hidden otherwise.
    is_beside_builder: bool,
    /// Statements that take the value apart, and those that put it together again.
    pub(super) taken_apart: Option<(TokenStream, TokenStream)>,
}

impl<'entry> Binding<'entry> {
    // Input:
    //     #[daemonize(before = Args::parse(), redirect = &log)]
    //     fn main(Args { log, mut names, .. }: Args) {
    //         serve(names);
    //     }
    //
    // Output, where hygiene keeps the variable `main` apart from the function:
    //     let mut main: Args = Args::parse();
    //     {
    //         let Args { log, .. } = main;
    //         ::daemonize_runtime::Daemon::new().redirect(&log).start_or_exit();
    //         main.log = log;
    //     }
    //     r#main(main)
    pub(super) fn new(args: &Args, parameter: &'entry PatType) -> Self {
        let is_mentioned = |variable: &Ident| args.mention(&variable.unraw().to_string());
        let pattern = &*parameter.pat;
        // rustc's errors about the value belong to the pattern, and not to the whole attribute.
        let mut variable = hidden();
        variable.set_span(variable.span().located_at(pattern.span()));
        let mut binding = Self {
            parameter,
            variable,
            is_mutable: false,
            is_beside_builder: args.has_commands(),
            taken_apart: None,
        };
        if let Some(variable) = parameter::plain(pattern)
            && variable.unraw() != "main"
            && (!variable.to_string().starts_with('_') || is_mentioned(variable))
        {
            binding.variable = variable.clone();
            binding.is_beside_builder = false;
        } else if parameter::makes(pattern, &is_mentioned) {
            let mut pieces = Pieces::new(&is_mentioned);
            let place = binding.value();
            let pattern = pieces.take(pattern, Some(&place), Some(&parameter.ty));
            binding.is_mutable = pieces.is_mutable;
            binding.taken_apart = Some((quote! { let #pattern = #place; }, pieces.back));
        }
        binding
    }

    /// `let args: Args = Args::parse();`. Beside an error there may be no value; then there is one
    /// of any type.
    pub(super) fn declare(&self, value: Option<&Expr>) -> TokenStream {
        let Self { parameter: PatType { ty, .. }, variable, is_mutable, is_beside_builder, .. } =
            self;
        let mutability = is_mutable.then(|| quote!(mut));
        let any = || quote!(::core::option::Option::None.unwrap());
        let value = value.map_or_else(any, ToTokens::to_token_stream);
        if *is_beside_builder {
            quote! { let #mutability #variable: (_, #ty) = (#variable, #value); }
        } else {
            quote! { let #mutability #variable: #ty = #value; }
        }
    }

    /// What the user's function is called with.
    pub(super) fn value(&self) -> TokenStream {
        let mut variable = self.variable.clone();
        if variable.to_string().starts_with('_') {
            // Otherwise clippy would report the use of a variable whose name denies one.
            variable.set_span(Span::call_site().located_at(variable.span()));
        }
        if self.is_beside_builder {
            quote! { #variable.1 }
        } else {
            variable.into_token_stream()
        }
    }

    /// The builder that has answered the words of `commands`.
    pub(super) fn builder(&self) -> TokenStream {
        let builder = hidden();
        if self.is_beside_builder {
            quote! { #builder.0 }
        } else {
            builder.into_token_stream()
        }
    }
}

/// A variable that the options do not see. `main` is the one name that cannot be a constant here,
/// because it is the function; hygiene keeps the two apart.
pub(super) fn hidden() -> Ident {
    Ident::new("main", Span::mixed_site())
}
