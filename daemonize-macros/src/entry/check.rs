//! Receives the function and the options; hands on what keeps the function from being a daemon's
//! `main`.

use proc_macro2::Span;
use syn::{Error, Safety, Signature, ext::IdentExt};

use super::{Entry, attributes, parameter};
use crate::{
    args::{Args, options::Known},
    errors::Errors,
};

/// `before` without a parameter.
pub(crate) const NO_PARAMETER: &str =
    "`before` has a value, but `main` has no parameter to take it, as in `fn main(_: ())`";

/// More parameters than `before` has values.
pub(crate) const TOO_MANY: &str = "`main` takes at most one parameter, the value of `before`";

impl Entry {
    /// Reports what is wrong, in the order of the function's tokens.
    pub(crate) fn check(&self, args: &Args, errors: &mut Errors) {
        if self.is_main() {
            self.check_attributes(args, errors);
            self.check_qualifiers(errors);
            self.check_parameters(args, errors);
        } else {
            errors.at(&self.signature.ident, &self.wrong_name());
        }
    }

    fn wrong_name(&self) -> String {
        let name = self.signature.ident.unraw();
        let makes_main = self.attributes.iter().any(attributes::makes_main);
        let way_out = if makes_main {
            "use `#[rocket::main]` on `async fn main`"
        } else {
            "elsewhere, use the builder `Daemon`"
        };
        format!("only `main` can be daemonized, and this is `{name}`; {way_out}")
    }

    fn check_attributes(&self, args: &Args, errors: &mut Errors) {
        if self.attributes.iter().any(attributes::is_mark) {
            let text = "`main` is already daemonized by another `#[daemonize]`";
            errors.push(Error::new(self.attribute(), text));
        }
        if !self.parameters().is_empty() && args.find(Known::Before).is_some() {
            for attribute in &self.attributes {
                if let Some(block_on) = attributes::instead_of_parameter(attribute) {
                    let text = format!(
                        "this does not give `main` the value of `before`; call `{block_on}` in `fn main`"
                    );
                    errors.at(attribute, &text);
                }
            }
        }
    }

    fn check_qualifiers(&self, errors: &mut Errors) {
        let Signature { constness, asyncness, safety, abi, .. } = &self.signature;
        if let Some(token) = constness {
            errors.at(token, "`main` cannot be `const`");
        }
        if let Some(token) = asyncness
            && !self.has_working(attributes::may_run_async)
        {
            errors.push(self.unrun(token.span));
        }
        if let Safety::Unsafe(token) = safety {
            errors.at(token, "`main` cannot be `unsafe`");
        }
        if let Some(abi) = abi {
            errors.at(abi, "`main` cannot be `extern`");
        }
    }

    fn check_parameters(&self, args: &Args, errors: &mut Errors) {
        let generics = &self.signature.generics;
        if !generics.params.is_empty() {
            errors.at(generics, "`main` cannot have generic parameters");
        }
        match (self.parameters_for_before().first(), args.find(Known::Before)) {
            (Some(parameter), None) => errors.at(
                *parameter,
                "`main` takes a parameter, so `#[daemonize]` needs a `before` to fill it",
            ),
            (None, Some(before)) if self.parameters().is_empty() && before.value.is_some() => {
                errors.at(&before.key, NO_PARAMETER);
            }
            _ => {}
        }
        for parameter in self.unconditional_parameters().into_iter().skip(1) {
            errors.at(parameter, TOO_MANY);
        }
        self.check_mentions(args, errors);
        if let Some(clause) = &generics.where_clause {
            errors.at(clause, "`main` cannot have a `where` clause");
        }
    }

    /// `async fn main` that nothing runs.
    fn unrun(&self, asyncness: Span) -> Error {
        match made_async_by(asyncness) {
            Some(runtime) => {
                Error::new(self.attribute(), format!("`#[daemonize]` must stand above `{runtime}`"))
            }
            None => Error::new(
                asyncness,
                "`#[daemonize]` must stand above the attribute that runs `async fn main`, such as `#[tokio::main]`",
            ),
        }
    }

    /// The place of this attribute, as something that the user wrote: none of its tokens is here.
    fn attribute(&self) -> Span {
        Span::call_site().resolved_at(self.signature.ident.span())
    }

    /// The words of `commands` are answered before `before` is evaluated.
    fn check_mentions(&self, args: &Args, errors: &mut Errors) {
        for parameter in self.parameters() {
            for variable in parameter::variables(&parameter.pat) {
                for (option, place) in args.mentions_too_early(&variable.unraw().to_string()) {
                    let text = format!(
                        "`commands` needs `{}` before `{variable}` exists; use `daemonize_runtime::args_os()`",
                        option.unraw()
                    );
                    errors.push(Error::new(place, text));
                }
            }
        }
    }
}

/// The attribute of a runtime above, which has made the `async` that is there now: it stands where
/// that attribute does.
pub(super) fn made_async_by(asyncness: Span) -> Option<String> {
    asyncness.source_text().filter(|text| text.starts_with("#["))
}
