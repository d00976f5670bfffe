//! Receives the tokens in the parentheses of the attribute; hands on [`Args`], the options with the
//! user's own tokens.
//!
//! A mistake costs only the option that it stands in: reading goes on at the next comma.

mod contradictions;
mod forms;
mod literals;
pub(crate) mod names;
pub(crate) mod options;

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{
    Attribute, BinOp, Error, Expr, Lit, LitStr, Result, Token,
    ext::IdentExt,
    parenthesized,
    parse::{ParseStream, Parser, discouraged::Speculative},
};

use self::options::Known;
use crate::errors::Errors;

/// What the attribute says.
#[derive(Default)]
pub(crate) struct Args {
    given: Vec<Given>,
    /// Values of keys that name no option, or name one again.
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
    pub(crate) fn parse(tokens: TokenStream, errors: &mut Errors) -> Self {
        let mut args = Self::default();
        let read = |input: ParseStream| {
            let content;
            parenthesized!(content in input);
            args.read(&content, errors);
            Ok(())
        };
        if let Err(error) = read.parse2(enclosed(tokens)) {
            errors.push(error);
        }
        args
    }

    /// What was given for this option, whatever its value.
    pub(crate) fn find(&self, option: Known) -> Option<&Given> {
        self.given.iter().find(|given| given.option == option)
    }

    /// The keys that are methods of the builder, and their values, in the user's order.
    pub(crate) fn methods(&self) -> impl Iterator<Item = (&Ident, &Expr)> {
        self.values_of(Known::is_method)
    }

    /// Whether the program answers the words of `commands`.
    pub(crate) fn has_commands(&self) -> bool {
        self.find(Known::Commands).is_some_and(Given::is_true)
    }

    /// The options that these words need, and those that they do not.
    pub(crate) fn for_commands(&self) -> impl Iterator<Item = (&Ident, &Expr)> {
        self.values_of(Known::is_for_commands)
    }

    pub(crate) fn not_for_commands(&self) -> impl Iterator<Item = (&Ident, &Expr)> {
        self.values_of(|option| option.is_method() && !option.is_for_commands())
    }

    /// Whether the arguments of the program may have a say in where its files are.
    pub(crate) fn files_vary(&self) -> bool {
        let mut files = self.given.iter().filter(|given| given.option.names_file());
        files.any(|given| given.literal().is_none())
    }

    /// Whether code of the program's runs before the start.
    pub(crate) fn run_code(&self) -> bool {
        let has_before = self.find(Known::Before).is_some();
        has_before || self.methods().any(|(_, value)| literals::literal(value).is_none())
    }

    /// Where the runtime lives, unless there is a mistake in it.
    pub(crate) fn runtime(&self) -> Option<TokenStream> {
        let Some(given) = self.find(Known::Crate) else { return Some(quote!(::daemonize_runtime)) };
        given.value.as_ref().and_then(literals::path).map(ToTokens::to_token_stream)
    }

    /// The values that no method takes. They stand beside an error, but what they mention is used
    /// all the same.
    pub(crate) fn loose_values(&self) -> Vec<&Expr> {
        let methods = self.methods().map(|(_, value)| value);
        self.stray.iter().chain(methods.filter(|_| self.runtime().is_none())).collect()
    }

    fn values_of(&self, kind: impl Fn(Known) -> bool) -> impl Iterator<Item = (&Ident, &Expr)> {
        let given = self.given.iter().filter(move |given| kind(given.option));
        given.filter_map(|given| Some((&given.key, given.value.as_ref()?)))
    }

    fn read(&mut self, input: ParseStream, errors: &mut Errors) {
        while !input.is_empty() {
            if let Err(error) = self.read_option(input, errors) {
                errors.push(error);
                skip_until(input, ends_option);
            } else if !ends_option(input) {
                errors.push(input.error("expected `,`"));
                skip_until(input, |input| ends_option(input) || begins_option(input));
            }
            // No comma here means that one was forgotten, or that this is the end.
            let _: Option<Token![,]> = input.parse().ok();
        }
    }

    fn read_option(&mut self, input: ParseStream, errors: &mut Errors) -> Result<()> {
        let is_conditional = skip_attributes(input, errors)?;
        if input.peek(Token![::]) || input.peek2(Token![::]) {
            return self.read_path(input);
        }
        let key = self.read_key(input, errors)?;
        let name = key.unraw().to_string();
        let Some(option) = Known::find(&name) else {
            errors.at(&key, names::unknown(&name));
            self.take_unknown(key, &name, input);
            return Ok(());
        };
        let value = read_value(&key, option, input);
        let mistake = value.as_ref().err().cloned();
        let value = value.ok();
        if is_conditional && self.find(option).is_some() {
            // The condition has been refused, and its opposite is no second mistake.
            self.stray.extend(value);
        } else {
            self.take(Given { option, key, value }, errors);
        }
        mistake.map_or(Ok(()), Err)
    }

    /// The name of an option, also where somebody has put it in quotes.
    fn read_key(&mut self, input: ParseStream, errors: &mut Errors) -> Result<Ident> {
        if input.peek(LitStr) && input.peek2(Token![=]) {
            let quoted: LitStr = input.parse()?;
            let error = Error::new(quoted.span(), forms::in_quotes(&quoted.value()));
            let Some(option) = Known::find(&quoted.value()) else { return Err(error) };
            errors.push(error);
            return Ok(Ident::new(option.name(), quoted.span()));
        }
        if let Some((key, place)) = forms::negation(input)
            && let Some(option) = Known::find(&key.unraw().to_string())
        {
            self.take(Given { option, key, value: None }, errors);
            return Err(Error::new_spanned(place, forms::negated(option)));
        }
        input.call(Ident::parse_any).map_err(|_| {
            let example = Known::ALL[0].example();
            input.error(format!("expected an option, such as `{example}`"))
        })
    }

    /// What begins with a path is no option.
    fn read_path(&mut self, input: ParseStream) -> Result<()> {
        let expression: Expr = input.parse()?;
        let error = forms::no_name(&expression);
        self.stray.push(match expression {
            Expr::Assign(assignment) => *assignment.right,
            other => other,
        });
        Err(error)
    }

    fn take(&mut self, mut given: Given, errors: &mut Errors) {
        if self.given.iter().any(|earlier| earlier.option == given.option) {
            errors.at(&given.key, format!("`{}` is given twice", given.option.name()));
            self.stray.extend(given.value);
            return;
        }
        for earlier in &self.given {
            if let Some(text) = contradictions::between(earlier, &given) {
                let (first, second) = (&earlier.key, &given.key);
                errors.at(quote!(#first #second), text);
            }
        }
        if let Some(Err(error)) = given.value.as_ref().map(|value| given.option.judge(value)) {
            errors.push(error);
            given.value = None;
        }
        self.given.push(given);
    }

    /// An unknown name has been reported; what follows from it should not be reported again.
    fn take_unknown(&mut self, key: Ident, name: &str, input: ParseStream) {
        let value = input.parse::<Token![=]>().and_then(|_| read_expression(input));
        if value.is_err() {
            skip_until(input, ends_option);
        }
        match names::meant(name) {
            // Others rely on these two: a parameter of `main` on `before`, and all methods on
            // `crate`.
            Some(option) if !option.is_method() && self.find(option).is_none() => {
                self.given.push(Given { option, key, value: value.ok() });
            }
            _ => self.stray.extend(value),
        }
    }
}

fn read_value(key: &Ident, option: Known, input: ParseStream) -> Result<Expr> {
    let (name, example) = (option.name(), option.example());
    if ends_option(input) {
        return Err(Error::new(key.span(), format!("`{name}` needs a value, as in `{example}`")));
    }
    if input.peek(Token![==]) {
        let signs: Token![==] = input.parse()?;
        return Err(Error::new_spanned(signs, "expected one `=`"));
    }
    if let Ok(group) = input.fork().parse::<Group>()
        && !group.stream().is_empty()
    {
        return Err(forms::in_delimiters(option, &group));
    }
    if !input.peek(Token![=]) || input.peek(Token![=>]) {
        return Err(input.error(format!("expected `=` after `{name}`, as in `{example}`")));
    }
    let equals: Token![=] = input.parse()?;
    if ends_option(input) {
        return Err(Error::new_spanned(equals, format!("expected a value for `{name}`")));
    }
    read_expression(input)
}

fn read_expression(input: ParseStream) -> Result<Expr> {
    let begin = input.fork();
    let value = input.parse();
    let may_miss_turbofish = match &value {
        Ok(Expr::Binary(comparison)) => matches!(comparison.op, BinOp::Lt(_)),
        Ok(_) => false,
        Err(_) => true,
    };
    if may_miss_turbofish && let Some(error) = forms::without_turbofish(&begin) {
        input.advance_to(&begin);
        return Err(error);
    }
    value
}

/// Whether there was one that makes the option depend on something.
fn skip_attributes(input: ParseStream, errors: &mut Errors) -> Result<bool> {
    let attributes = input.call(Attribute::parse_outer)?;
    for attribute in &attributes {
        errors.at(attribute, forms::under_attribute(attribute));
    }
    Ok(attributes.iter().any(forms::is_condition))
}

fn ends_option(input: ParseStream) -> bool {
    input.is_empty() || input.peek(Token![,])
}

/// Whether an option with a name that is known begins here.
fn begins_option(input: ParseStream) -> bool {
    let name = input.cursor().ident().map(|(name, _)| name.unraw().to_string());
    input.peek2(Token![=]) && name.is_some_and(|name| Known::find(&name).is_some())
}

fn skip_until(input: ParseStream, reached: impl Fn(ParseStream) -> bool) {
    while !reached(input) {
        let _: Result<TokenTree> = input.parse();
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

/// In a group that ends where its last token stands, so that an unexpected end is reported at that
/// token and not at the whole attribute.
fn enclosed(tokens: TokenStream) -> TokenStream {
    let last = tokens.clone().into_iter().last();
    let mut group = Group::new(Delimiter::Parenthesis, tokens);
    group.set_span(last.map_or_else(Span::call_site, |token| token.span()));
    TokenTree::from(group).into()
}
