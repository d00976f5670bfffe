//! Receives what stands where `name = value` belongs; hands on how to write it instead.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use syn::{Attribute, Error, Expr, Ident, Token, ext::IdentExt, parse::ParseStream, parse2, token};

use super::{names, options::Known};
use crate::errors::mistake;

/// `#[cfg(unix)] chdir = false`, or a doc comment.
pub(super) fn under_attribute(attribute: &Attribute) -> &'static str {
    if attribute.path().is_ident("doc") {
        "an option takes no doc comment; use `//`"
    } else if is_condition(attribute) {
        "an option cannot be under `#[cfg]`; write `#[cfg_attr(.., daemonize(..))]` above `main`"
    } else {
        "an option takes no attributes; those above `main` apply to it too"
    }
}

pub(super) fn is_condition(attribute: &Attribute) -> bool {
    attribute.path().is_ident("cfg") || attribute.path().is_ident("cfg_attr")
}

/// `"chdir" = false`; in `"chdri" = false` the name is wrong.
pub(super) fn in_quotes(name: &str) -> String {
    match Known::find(name) {
        Some(_) => format!("write `{name}` without quotes"),
        None => names::unknown(name),
    }
}

/// `io::redirect = "out.log"`, or the calls that somebody knows from the builder.
pub(super) fn no_name(expression: &Expr) -> Error {
    let place = match expression {
        Expr::Assign(assignment) => &*assignment.left,
        other => other,
    };
    if let Expr::Path(path) = place {
        let (mut name, mut last) = (String::new(), String::new());
        for segment in &path.path.segments {
            let separator = if name.is_empty() { "" } else { "::" };
            last = segment.ident.to_string();
            name = format!("{name}{separator}{last}");
        }
        return mistake(place, &names::unknown_path(&name, &last));
    }
    let example = Known::Redirect.example();
    mistake(place, &format!("the methods of `Daemon` are options here, as in `{example}`"))
}

/// The name in `!chdir` and `not(chdir)`, and all tokens of either.
pub(super) fn negation(input: ParseStream) -> Option<(Ident, TokenStream)> {
    let (first, after) = input.cursor().token_tree()?;
    let (second, _) = after.token_tree()?;
    let name = match (&first, &second) {
        (TokenTree::Punct(not), TokenTree::Ident(name)) if not.as_char() == '!' => name.clone(),
        (TokenTree::Ident(not), TokenTree::Group(group)) if not == "not" => {
            let mut content = group.stream().into_iter();
            match (content.next(), content.next()) {
                (Some(TokenTree::Ident(name)), None) => name,
                _ => return None,
            }
        }
        _ => return None,
    };
    let mut place = TokenStream::new();
    place.extend([first, second]);
    Some((name, place))
}

/// The rest of a name that is written as on command lines, such as `pid-file`.
pub(super) fn behind_hyphen(input: ParseStream) -> TokenStream {
    let mut rest = TokenStream::new();
    while input.peek(Token![-]) && input.peek2(Ident::peek_any) {
        for _ in 0..2 {
            rest.extend(input.parse::<TokenTree>());
        }
    }
    rest
}

/// How to write the opposite of an option.
pub(super) fn negated(option: Known) -> String {
    if option.takes().is_flag() {
        format!("write `{} = false`", option.name())
    } else {
        format!("`{}` takes one value, as in `{}`", option.name(), option.example())
    }
}

/// `before = connect().await`. rustc would say that `async fn main` is not `async`.
pub(super) fn awaiting(option: Known) -> String {
    format!(
        "`{}` is evaluated before any async runtime starts; await in the body of `main`",
        option.name()
    )
}

/// `redirect("out.log")`, or settings in braces, as in other attributes. In `umask(022)` the value
/// is reported: it is wrong behind `=` too.
pub(super) fn in_delimiters(option: Known, group: &Group) -> Error {
    match parse2(group.stream()) {
        Ok(Expr::Assign(_)) | Err(_) => {
            let text = format!("`{}` takes one value, as in `{}`", option.name(), option.example());
            mistake(group, &text)
        }
        Ok(value) => option.judge(&value).err().unwrap_or_else(|| {
            mistake(group, &format!("write `{} = {}`", option.name(), inside(group)))
        }),
    }
}

/// The content of a group, as the user wrote it if the compiler can tell.
fn inside(group: &Group) -> String {
    let text = group.span().source_text().unwrap_or_else(|| group.to_string());
    text.get(1..text.len().saturating_sub(1)).unwrap_or_default().trim().to_owned()
}

/// `read::<u8>(x)` without the `::` is two comparisons for Rust; with a comma between the arguments
/// it is even two options. Goes on to the end of the arguments.
pub(super) fn without_turbofish(input: ParseStream) -> Option<Error> {
    let mut function = None;
    while !(input.peek(Token![<]) && function.is_some()) {
        if input.is_empty() || input.peek(Token![,]) {
            return None;
        }
        function = match input.parse().ok()? {
            TokenTree::Ident(name) => Some(name),
            _ => None,
        };
    }
    let begin: TokenTree = input.parse().ok()?;
    let mut depth = 1;
    while depth > 0 {
        match input.parse().ok()? {
            TokenTree::Punct(sign) => match sign.as_char() {
                '<' => depth += 1,
                '>' => depth -= 1,
                ':' | ',' | '&' | '\'' => {}
                _ => return None,
            },
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => return None,
            _ => {}
        }
    }
    let is_used = input.peek(token::Paren) || input.peek(Token![::]);
    let text = format!("generic arguments need `::`, as in `{}::<..>`", function?);
    is_used.then(|| mistake(&begin, &text))
}
