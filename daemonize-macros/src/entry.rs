//! Receives the tokens of the item under the attribute; hands on [`Entry`], the function that
//! becomes the daemon's body.
//!
//! The body stays unread: what is wrong in it is rustc's business, and rustc shall see it as it was
//! written.

use proc_macro2::TokenTree;
use syn::{
    Attribute, Error, FnArg, PatType, Result, Safety, Signature, Token, Visibility,
    ext::IdentExt,
    parse::{Parse, ParseStream},
    token,
};

use crate::{
    args::{Args, options::Known},
    errors::Errors,
};

/// The function, in the parts that the new `main` is made of.
pub(crate) struct Entry {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) signature: Signature,
    /// The original group, because a rebuilt one would have one span for both of its braces.
    pub(crate) body: TokenTree,
}

impl Parse for Entry {
    fn parse(input: ParseStream) -> Result<Self> {
        let attributes = input.call(Attribute::parse_outer)?;
        let visibility = input.parse()?;
        let keyword = input.cursor().span();
        let is_function = input.peek(Token![fn]);
        match input.parse() {
            Ok(signature) if input.peek(token::Brace) => {
                let body = input.parse()?;
                Ok(Self { attributes, visibility, signature, body })
            }
            Err(error) if is_function => Err(error),
            _ => Err(Error::new(keyword, "`#[daemonize]` goes on `fn main`")),
        }
    }
}

impl Entry {
    /// Reports what keeps this function from being a daemon's `main`, in the order of its tokens.
    pub(crate) fn check(&self, args: &Args, errors: &mut Errors) {
        if self.is_main() {
            self.check_attributes(errors);
            self.check_qualifiers(errors);
            self.check_parameters(args, errors);
        } else {
            let name = &self.signature.ident;
            errors
                .at(name, format!("only `main` can be daemonized, and this is `{}`", name.unraw()));
        }
    }

    pub(crate) fn is_main(&self) -> bool {
        self.signature.ident.unraw() == "main"
    }

    /// Whether a call needs nothing but the name.
    pub(crate) fn is_bare(&self) -> bool {
        let Signature { constness, asyncness, safety, abi, generics, inputs, .. } = &self.signature;
        constness.is_none()
            && asyncness.is_none()
            && matches!(safety, Safety::Default)
            && abi.is_none()
            && generics.params.is_empty()
            && inputs.is_empty()
    }

    /// Whether there is a `self` among the parameters, which rustc refuses in its own words.
    pub(crate) fn takes_self(&self) -> bool {
        self.signature.receiver().is_some()
    }

    /// The parameters other than `self`.
    pub(crate) fn parameters(&self) -> impl Iterator<Item = &PatType> {
        self.signature.inputs.iter().filter_map(|input| match input {
            FnArg::Typed(parameter) => Some(parameter),
            FnArg::Receiver(_) => None,
        })
    }

    /// The attributes that describe the function: lint levels then hold for the options too.
    pub(crate) fn describing_attributes(&self) -> impl Iterator<Item = &Attribute> {
        self.attributes.iter().filter(|attribute| describes(attribute))
    }

    /// The attributes that do something with the function, in their order: it is the order in which
    /// they nest.
    pub(crate) fn working_attributes(&self) -> impl Iterator<Item = &Attribute> {
        self.attributes.iter().filter(|attribute| !describes(attribute) && !is_daemonize(attribute))
    }

    fn check_attributes(&self, errors: &mut Errors) {
        for attribute in self.attributes.iter().filter(|attribute| is_daemonize(attribute)) {
            errors.at(attribute, "`main` is already daemonized by another `#[daemonize]`");
        }
    }

    fn check_qualifiers(&self, errors: &mut Errors) {
        let Signature { constness, asyncness, safety, abi, .. } = &self.signature;
        if let Some(token) = constness {
            errors.at(token, "`main` cannot be `const`");
        }
        if let Some(token) = asyncness
            && !self.working_attributes().any(may_run_async)
        {
            errors.at(
                token,
                "`#[daemonize]` must stand above the attribute that runs `async fn main`, such as `#[tokio::main]`",
            );
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
        let before = args.find(Known::Before);
        let mut parameters = self.parameters();
        match (parameters.next(), before) {
            (Some(parameter), None) => {
                errors.at(
                    parameter,
                    "`main` takes a parameter, so `#[daemonize]` needs a `before` to fill it",
                );
            }
            (None, Some(before)) => {
                errors.at(
                    &before.key,
                    "`before` has a value, but `main` has no parameter to take it",
                );
            }
            _ => {}
        }
        for parameter in parameters {
            errors.at(parameter, "`main` takes at most one parameter, the value of `before`");
        }
        if let Some(clause) = &generics.where_clause {
            errors.at(clause, "`main` cannot have a `where` clause");
        }
    }
}

/// Whether an attribute says something about the function and does nothing with it.
fn describes(attribute: &Attribute) -> bool {
    const DESCRIBING: &[&str] = &["allow", "warn", "deny", "forbid", "expect", "doc", "deprecated"];
    attribute
        .path()
        .get_ident()
        .is_some_and(|name| DESCRIBING.iter().any(|describing| name == describing))
}

fn is_daemonize(attribute: &Attribute) -> bool {
    attribute.path().segments.last().is_some_and(|name| name.ident == "daemonize")
}

/// Whether an attribute may be a macro that makes `async fn main` an ordinary one: any but those of
/// the compiler and its tools.
fn may_run_async(attribute: &Attribute) -> bool {
    const BUILT_IN: &[&str] = &[
        "clippy",
        "cold",
        "diagnostic",
        "inline",
        "must_use",
        "no_mangle",
        "rustfmt",
        "target_feature",
        "track_caller",
    ];
    let path = attribute.path();
    path.segments.first().is_some_and(|name| BUILT_IN.iter().all(|built_in| name.ident != built_in))
}
