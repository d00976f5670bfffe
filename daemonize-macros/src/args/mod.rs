//! What stands in the parentheses of the attribute: [`Args`], the options with the user's own
//! tokens.

mod contradictions;
mod forms;
mod literals;
pub(crate) mod mentions;
pub(crate) mod names;
pub(crate) mod options;
mod parse;
mod signals;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Expr, Lit, spanned::Spanned};

use self::options::Known;

/// What the attribute says.
#[derive(Default)]
pub(crate) struct Args {
    given: Vec<Given>,
    /// Values of unknown keys, and of keys that are given again.
    stray: Vec<Expr>,
}

/// One option, as far as it could be read.
pub(crate) struct Given {
    pub(crate) option: Known,
    pub(crate) key: Ident,
    /// `None` if there is a mistake in it, which has been reported then.
    pub(crate) value: Option<Expr>,
}

impl Args {
    /// The option as it was given, whatever its value.
    pub(crate) fn find(&self, option: Known) -> Option<&Given> {
        self.given.iter().find(|given| given.option == option)
    }

    /// The value of `before`, unless there is none or a mistake in it.
    pub(crate) fn before(&self) -> Option<&Expr> {
        self.find(Known::Before)?.value.as_ref()
    }

    /// The keys that are methods of the builder, and their values, in the user's order.
    pub(crate) fn methods(&self) -> Vec<(&Ident, &Expr)> {
        self.values_of(Known::is_method)
    }

    /// Whether the program answers the words of `commands`.
    pub(crate) fn has_commands(&self) -> bool {
        self.find(Known::Commands).is_some_and(Given::is_true)
    }

    /// The options that these words need, such as the paths of the PID file and the log. None
    /// without the words.
    pub(crate) fn for_commands(&self) -> Vec<(&Ident, &Expr)> {
        if self.has_commands() { self.values_of(Known::is_for_commands) } else { Vec::new() }
    }

    /// The options that they do not need.
    pub(crate) fn not_for_commands(&self) -> Vec<(&Ident, &Expr)> {
        self.values_of(|option| option.is_method() && !option.is_for_commands())
    }

    /// Whether the arguments of the program may decide where its files are.
    pub(crate) fn files_vary(&self) -> bool {
        let mut files = self.given.iter().filter(|given| given.option.names_file());
        files.any(|given| given.literal().is_none())
    }

    /// Whether code of the program runs before the start.
    pub(crate) fn run_code(&self) -> bool {
        let is_code = |value: &Expr| literals::literal(value).is_none();
        self.find(Known::Before).is_some()
            || self.methods().into_iter().any(|(_, value)| is_code(value))
    }

    /// The item of this name in the runtime, unless the path of the runtime has a mistake.
    pub(crate) fn of_runtime(&self, name: &str) -> Option<TokenStream> {
        let Some(given) = self.find(Known::Crate) else {
            let name = Ident::new(name, Span::call_site());
            return Some(quote!(::daemonize_runtime::#name));
        };
        let runtime = literals::path(given.value.as_ref()?)?;
        // What is not there is missing at the user's path.
        let place = Span::mixed_site().located_at(runtime.span());
        let name = Ident::new(name, place);
        Some(quote_spanned!(place=> #runtime::#name))
    }

    /// The values that no method takes. They stand beside an error, but what they mention is used
    /// all the same.
    pub(crate) fn loose_values(&self) -> Vec<&Expr> {
        let mut values: Vec<&Expr> = Vec::new();
        for value in &self.stray {
            values.push(value);
        }
        if self.of_runtime("Daemon").is_none() {
            for (_, value) in self.methods() {
                values.push(value);
            }
        }
        values
    }

    /// Whether an option uses the variable of this name. `before` is evaluated without it.
    pub(crate) fn mention(&self, variable: &str) -> bool {
        let is_mentioned =
            |value: &Expr| mentions::first(value.to_token_stream(), variable).is_some();
        let mut given = self.given.iter().filter(|given| given.option != Known::Before);
        given.any(|given| given.value.as_ref().is_some_and(is_mentioned))
            || self.stray.iter().any(is_mentioned)
    }

    /// The options that the words of `commands` need and that use the variable of this name, which
    /// does not exist yet when they do; and where.
    pub(crate) fn mentions_too_early(&self, variable: &str) -> Vec<(&Ident, Span)> {
        let mut early = Vec::new();
        for (key, value) in self.for_commands() {
            let value = value.to_token_stream();
            let may_mean_another = mentions::may_mean_another(value.clone(), variable);
            if let Some(place) = mentions::first(value, variable)
                && !may_mean_another
            {
                early.push((key, place));
            }
        }
        early
    }

    fn values_of(&self, is_wanted: fn(Known) -> bool) -> Vec<(&Ident, &Expr)> {
        let mut values = Vec::new();
        for given in &self.given {
            if let Some(value) = &given.value
                && is_wanted(given.option)
            {
                values.push((&given.key, value));
            }
        }
        values
    }
}

impl Given {
    pub(crate) fn is_true(&self) -> bool {
        matches!(self.literal(), Some(Lit::Bool(flag)) if flag.value)
    }

    fn is_false(&self) -> bool {
        matches!(self.literal(), Some(Lit::Bool(flag)) if !flag.value)
    }

    fn literal(&self) -> Option<&Lit> {
        self.value.as_ref().and_then(literals::literal)
    }
}
