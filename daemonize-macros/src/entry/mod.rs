//! Receives the tokens of the item under the attribute; hands on [`Entry`], the function that
//! becomes the daemon's body.
//!
//! The body is not read. Its mistakes are rustc's business, and rustc sees it as it was written.

mod attributes;
pub(crate) mod check;
pub(crate) mod parameter;
mod refused;

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{
    Attribute, Error, FnArg, PatType, Result, Safety, Signature, Visibility,
    ext::IdentExt,
    parse::{Parse, ParseStream, discouraged::Speculative},
    token,
};

/// What stands under the attribute.
pub(crate) struct Item {
    /// `None` if it cannot be daemonized, as rustc has already said.
    pub(crate) function: Option<Entry>,
}

/// The function, in the parts that the new `main` is made of.
pub(crate) struct Entry {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) signature: Signature,
    /// The original group: a rebuilt one would have one span for both braces.
    pub(crate) body: TokenTree,
}

impl Parse for Item {
    fn parse(input: ParseStream) -> Result<Self> {
        let attributes = Attribute::parse_outer(input)?;
        let item = input.fork();
        let visibility = input.parse()?;
        let keyword = input.cursor().span();
        let is_function = refused::find_function(&item.fork()).is_ok();
        // A fork, as `input` would report once more what an error leaves unread in a group.
        let fork = input.fork();
        let error = match fork.parse() {
            Ok(signature) if fork.peek(token::Brace) => {
                input.advance_to(&fork);
                let body = input.parse()?;
                let function = Entry { attributes, visibility, signature, body };
                return Ok(Self { function: Some(function) });
            }
            Ok(_) => Error::new(keyword, "`#[daemonize]` goes on a `main` with a body"),
            Err(error) if is_function => error,
            Err(_) => Error::new(keyword, "`#[daemonize]` goes on `fn main`"),
        };
        let _: TokenStream = input.parse()?;
        if refused::by_rustc(&item) { Ok(Self { function: None }) } else { Err(error) }
    }
}

impl Entry {
    pub(crate) fn is_main(&self) -> bool {
        self.signature.ident.unraw() == "main"
    }

    /// Whether another function of this name can call it: it needs nothing but its name, and no
    /// attribute.
    pub(crate) fn is_bare(&self) -> bool {
        let Signature { constness, asyncness, safety, abi, generics, inputs, .. } = &self.signature;
        constness.is_none()
            && asyncness.is_none()
            && matches!(safety, Safety::Default)
            && abi.is_none()
            && generics.params.is_empty()
            && inputs.is_empty()
            && self.working_attributes().is_empty()
    }

    /// Whether there is a `self` among the parameters, which rustc refuses in its own words.
    pub(crate) fn takes_self(&self) -> bool {
        self.signature.receiver().is_some()
    }

    /// The parameters other than `self`.
    pub(crate) fn parameters(&self) -> Vec<&PatType> {
        let mut parameters = Vec::new();
        for input in &self.signature.inputs {
            if let FnArg::Typed(parameter) = input {
                parameters.push(parameter);
            }
        }
        parameters
    }

    /// The parameters that exist in every configuration. There may be one.
    pub(crate) fn unconditional_parameters(&self) -> Vec<&PatType> {
        let mut parameters = self.parameters();
        parameters.retain(|parameter| parameter::conditions(parameter).is_empty());
        parameters
    }

    /// The parameters that the value of `before` fills: all, unless a runtime fills them itself.
    pub(crate) fn parameters_for_before(&self) -> Vec<&PatType> {
        let is_filled = self.attributes.iter().any(attributes::fills_parameter);
        if is_filled { Vec::new() } else { self.parameters() }
    }

    /// The attributes that describe the function. So lint levels apply to the options too.
    pub(crate) fn describing_attributes(&self) -> Vec<&Attribute> {
        self.attributes_that(attributes::describes)
    }

    /// The attributes that do something with the function, in the order in which they nest.
    pub(crate) fn working_attributes(&self) -> Vec<&Attribute> {
        // Beside our error, a runtime would refuse the parameter again.
        self.attributes_that(if self.parameters().is_empty() {
            works
        } else {
            |attribute| works(attribute) && attributes::instead_of_refusing(attribute).is_none()
        })
    }

    fn attributes_that(&self, is_wanted: fn(&Attribute) -> bool) -> Vec<&Attribute> {
        let mut wanted = Vec::new();
        for attribute in &self.attributes {
            if is_wanted(attribute) {
                wanted.push(attribute);
            }
        }
        wanted
    }

    /// Whether one of the attributes that do something is of this kind.
    fn has_working(&self, is_wanted: fn(&Attribute) -> bool) -> bool {
        self.attributes_that(works).into_iter().any(is_wanted)
    }

    /// The `async` that a runtime's attribute above expects, because it waits for the function.
    pub(crate) fn expected_async(&self) -> Option<TokenStream> {
        let asyncness = self.signature.asyncness.as_ref();
        let made = asyncness.filter(|token| check::made_async_by(token.span).is_some());
        made.map(ToTokens::to_token_stream)
    }

    /// What tells a second `#[daemonize]` below, under whatever name, that there is this one.
    pub(crate) fn mark(&self) -> Option<TokenStream> {
        self.has_working(attributes::is_macro).then(attributes::mark)
    }
}

fn works(attribute: &Attribute) -> bool {
    !attributes::describes(attribute)
}
