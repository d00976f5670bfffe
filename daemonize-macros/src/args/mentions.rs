//! Receives tokens and perhaps a name; hands on where something is mentioned in them, such as a
//! variable of that name.

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use syn::ext::IdentExt;

/// Where the variable is mentioned first, also in the text of a macro such as `format!`. A variable
/// of the same name that the tokens themselves bind is not told apart.
pub(crate) fn first(tokens: TokenStream, variable: &str) -> Option<Span> {
    search(tokens, variable, false)
}

/// Whether a mention of the variable in these tokens may mean something else: they bind names, or
/// call a function of its name.
pub(super) fn may_mean_another(tokens: TokenStream, variable: &str) -> bool {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for (index, token) in tokens.iter().enumerate() {
        let may = match token {
            TokenTree::Group(group) => may_mean_another(group.stream(), variable),
            TokenTree::Ident(word) => {
                matches!(&*word.to_string(), "let" | "match" | "for" | "fn")
                    || word.unraw() == variable && is_called(&tokens, index)
            }
            TokenTree::Punct(sign) => sign.as_char() == '|',
            TokenTree::Literal(_) => false,
        };
        if may {
            return true;
        }
    }
    false
}

/// Where something is awaited, unless it may be in an `async` block or closure, or in a macro.
pub(crate) fn awaited(tokens: TokenStream) -> Option<Span> {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for (index, token) in tokens.iter().enumerate() {
        let before = sign(&tokens, index.wrapping_sub(1));
        let place = match token {
            TokenTree::Ident(word) if word == "async" => return None,
            TokenTree::Ident(word) if word == "await" && before == '.' => Some(word.span()),
            TokenTree::Group(group) if before != '!' => awaited(group.stream()),
            _ => None,
        };
        if place.is_some() {
            return place;
        }
    }
    None
}

/// Whether one of these functions of a type is called in these tokens.
pub(super) fn call(tokens: TokenStream, kind: &str, functions: &[&str]) -> bool {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for (index, token) in tokens.iter().enumerate() {
        let calls = match token {
            TokenTree::Group(group) => call(group.stream(), kind, functions),
            TokenTree::Ident(name) if name == kind => {
                let is_path = sign(&tokens, index + 1) == ':' && sign(&tokens, index + 2) == ':';
                is_path
                    && matches!(
                        tokens.get(index + 3),
                        Some(TokenTree::Ident(name)) if functions.contains(&&*name.to_string())
                    )
            }
            _ => false,
        };
        if calls {
            return true;
        }
    }
    false
}

fn search(tokens: TokenStream, variable: &str, is_in_macro: bool) -> Option<Span> {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for (index, token) in tokens.iter().enumerate() {
        let mention = match token {
            TokenTree::Group(group) => {
                let is_in_macro = is_in_macro || sign(&tokens, index.wrapping_sub(1)) == '!';
                search(group.stream(), variable, is_in_macro)
            }
            TokenTree::Literal(text) if is_in_macro => {
                captures(&text.to_string(), variable).then(|| text.span())
            }
            TokenTree::Ident(name) if name.unraw() == variable && is_variable(&tokens, index) => {
                Some(name.span())
            }
            _ => None,
        };
        if mention.is_some() {
            return mention;
        }
    }
    None
}

/// Whether the name at this index is neither a field, a method, a part of a path, a macro nor a
/// lifetime.
fn is_variable(tokens: &[TokenTree], index: usize) -> bool {
    let before = (sign(tokens, index.wrapping_sub(2)), sign(tokens, index.wrapping_sub(1)));
    let after = sign(tokens, index + 1);
    let is_member = before.1 == '.' && before.0 != '.';
    let is_in_path = before == (':', ':') || after == ':';
    let is_macro = after == '!' && matches!(tokens.get(index + 2), Some(TokenTree::Group(_)));
    let is_lifetime = before.1 == '\'';
    !(is_member || is_in_path || is_macro || is_lifetime)
}

/// Whether arguments follow the name at this index.
fn is_called(tokens: &[TokenTree], index: usize) -> bool {
    matches!(
        tokens.get(index + 1),
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis
    )
}

/// The sign at this index, if there is one.
fn sign(tokens: &[TokenTree], index: usize) -> char {
    match tokens.get(index) {
        Some(TokenTree::Punct(sign)) => sign.as_char(),
        _ => ' ',
    }
}

/// Whether `{variable}`, `{variable:?}` or `{:variable$}` stands in a text.
fn captures(text: &str, variable: &str) -> bool {
    let mut text = text;
    while let Some((_, rest)) = text.split_once('{') {
        if let Some(escaped) = rest.strip_prefix('{') {
            text = escaped;
            continue;
        }
        let (placeholder, rest) = rest.split_once('}').unwrap_or((rest, ""));
        let (argument, format) = placeholder.split_once(':').unwrap_or((placeholder, ""));
        if argument.trim() == variable || has_size(format, variable) {
            return true;
        }
        text = rest;
    }
    false
}

/// Whether `variable$` stands in what is behind the colon.
fn has_size(format: &str, variable: &str) -> bool {
    let mut format = format;
    while let Some((size, rest)) = format.split_once('$') {
        let before = size.strip_suffix(variable).map(|before| before.as_bytes().last());
        let is_whole = |letter: Option<&u8>| {
            letter.is_none_or(|letter| !letter.is_ascii_alphabetic() && *letter != b'_')
        };
        if before.is_some_and(is_whole) {
            return true;
        }
        format = rest;
    }
    false
}
