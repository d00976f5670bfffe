//! Receives the tokens in the parentheses of the attribute; hands on [`Args`].
//!
//! A mistake costs only the option that it stands in: reading goes on at the next comma.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{
    Attribute, BinOp, Error, Expr, LitStr, Result, Token,
    ext::IdentExt,
    parenthesized,
    parse::{ParseStream, Parser, discouraged::Speculative},
};

use super::{Args, Given, contradictions, forms, mentions, names, options::Known};
use crate::errors::{Errors, mistake};

impl Args {
    pub(crate) fn parse(tokens: TokenStream, errors: &mut Errors) -> Self {
        let mut args = Self::default();
        if is_value_of_attribute() {
            return args;
        }
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
        let rest = forms::behind_hyphen(input);
        let name = format!("{}{rest}", key.unraw()).replace(' ', "");
        let Some(option) = Known::find(&name) else {
            errors.at(&quote!(#key #rest), &names::unknown(&name));
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

    /// The name of an option, also in quotes.
    fn read_key(&mut self, input: ParseStream, errors: &mut Errors) -> Result<Ident> {
        if input.peek(LitStr) && input.peek2(Token![=]) {
            let quoted: LitStr = input.parse()?;
            let error = mistake(&quoted, &forms::in_quotes(&quoted.value()));
            let Some(option) = Known::find(&quoted.value()) else { return Err(error) };
            errors.push(error);
            return Ok(Ident::new(option.name(), quoted.span()));
        }
        if let Some((key, place)) = forms::negation(input)
            && let Some(option) = Known::find(&key.unraw().to_string())
        {
            self.take(Given { option, key, value: None }, errors);
            return Err(mistake(&place, &forms::negated(option)));
        }
        if let Ok(key) = Ident::parse_any(input) {
            return Ok(key);
        }
        let example = Known::ALL[0].example();
        Err(input.error(format!("expected an option, such as `{example}`")))
    }

    /// What begins with a path is not an option.
    fn read_path(&mut self, input: ParseStream) -> Result<()> {
        let expression = read_expression(input)?;
        let error = forms::no_name(&expression);
        self.stray.push(match expression {
            Expr::Assign(assignment) => *assignment.right,
            other => other,
        });
        Err(error)
    }

    fn take(&mut self, mut given: Given, errors: &mut Errors) {
        if self.find(given.option).is_some() {
            errors.at(&given.key, &format!("`{}` is given twice", given.option.name()));
            self.stray.extend(given.value);
            return;
        }
        for earlier in &self.given {
            if let Some(text) = contradictions::between(earlier, &given) {
                let (first, second) = (&earlier.key, &given.key);
                errors.at(&quote!(#first #second), &text);
            }
        }
        if let Some(value) = &given.value {
            if let Some(place) = mentions::awaited(value.to_token_stream()) {
                errors.push(Error::new(place, forms::awaiting(given.option)));
            } else if let Err(error) = given.option.judge(value) {
                errors.push(error);
                given.value = None;
            }
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
        return Err(mistake(key, &format!("`{name}` needs a value, as in `{example}`")));
    }
    if input.peek(Token![==]) {
        let signs: Token![==] = input.parse()?;
        return Err(mistake(&signs, "expected one `=`"));
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
        return Err(mistake(&equals, &format!("expected a value for `{name}`")));
    }
    read_expression(input)
}

fn read_expression(input: ParseStream) -> Result<Expr> {
    let (begin, end) = (input.fork(), input.fork());
    let value = end.parse();
    let may_miss_turbofish = match &value {
        Ok(Expr::Binary(comparison)) => matches!(comparison.op, BinOp::Lt(_)),
        Ok(_) => false,
        Err(_) => true,
    };
    if may_miss_turbofish && let Some(error) = forms::without_turbofish(&begin) {
        input.advance_to(&begin);
        return Err(error);
    }
    if value.is_ok() {
        input.advance_to(&end);
    } else {
        // `advance_to` would report once more what the error has left unread in a group.
        skip_until(input, |input| input.cursor() >= end.cursor());
    }
    value
}

/// Refuses the attributes of an option. Returns whether a condition was among them.
fn skip_attributes(input: ParseStream, errors: &mut Errors) -> Result<bool> {
    let mut is_conditional = false;
    for attribute in &Attribute::parse_outer(input)? {
        errors.at(attribute, forms::under_attribute(attribute));
        is_conditional |= forms::is_condition(attribute);
    }
    Ok(is_conditional)
}

fn ends_option(input: ParseStream) -> bool {
    input.is_empty() || input.peek(Token![,])
}

/// Whether an option with a name that is known begins here.
fn begins_option(input: ParseStream) -> bool {
    match input.cursor().ident() {
        Some((name, _)) => {
            input.peek2(Token![=]) && Known::find(&name.unraw().to_string()).is_some()
        }
        None => false,
    }
}

fn skip_until(input: ParseStream, reached: impl Fn(ParseStream) -> bool) {
    while !reached(input) {
        let _: Result<TokenTree> = input.parse();
    }
}

/// Whether this is `#[daemonize = "out.log"]`, which rustc has refused.
fn is_value_of_attribute() -> bool {
    let attribute = Span::call_site().source_text().unwrap_or_default();
    let text = attribute.strip_prefix("#[").unwrap_or(&attribute);
    for letter in text.chars() {
        match letter {
            '=' => return true,
            '(' | '[' | '{' => return false,
            _ => {}
        }
    }
    false
}

/// The tokens in a group that ends at its last token: an unexpected end is reported there, and not
/// at the whole attribute.
fn enclosed(tokens: TokenStream) -> TokenStream {
    let mut end = Span::call_site();
    for token in tokens.clone() {
        end = token.span();
    }
    let mut group = Group::new(Delimiter::Parenthesis, tokens);
    group.set_span(end);
    group.into_token_stream()
}
