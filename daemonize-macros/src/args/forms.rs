//! Receives what stands where `name = value` belongs; hands on how to write it instead.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use syn::{
    Attribute, Error, Expr, Ident, Token,
    ext::IdentExt,
    parse::{ParseStream, Parser},
    punctuated::Punctuated,
};

use super::{names, options::Known};

/// `#[cfg(unix)] chdir = false`, or a comment with three slashes.
pub(super) fn under_attribute(attribute: &Attribute) -> &'static str {
    if attribute.path().is_ident("doc") {
        "an option takes no doc comment; write it with `//`"
    } else if is_condition(attribute) {
        "an option cannot be under `#[cfg]`; write `#[cfg_attr(.., daemonize(..))]` above `main`"
    } else {
        "an option takes no attributes; those above `main` hold for it too"
    }
}

pub(super) fn is_condition(attribute: &Attribute) -> bool {
    attribute.path().is_ident("cfg") || attribute.path().is_ident("cfg_attr")
}

/// `"chdir" = false`, and `"chdri" = false`, where the name is what is wrong.
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
    let text = if let Expr::Path(path) = place {
        let names = path.path.segments.iter().map(|name| name.ident.to_string());
        names::unknown(&names.collect::<Vec<_>>().join("::"))
    } else {
        let example = Known::Redirect.example();
        format!("the methods of `Daemon` are options here, as in `{example}`")
    };
    Error::new_spanned(place, text)
}

/// The name in `!chdir` and `not(chdir)`, and all tokens of either.
pub(super) fn negation(input: ParseStream) -> Option<(Ident, TokenStream)> {
    let (first, after) = input.cursor().token_tree()?;
    let (second, _) = after.token_tree()?;
    let name = match (&first, &second) {
        (TokenTree::Punct(not), TokenTree::Ident(name)) if not.as_char() == '!' => name.clone(),
        (TokenTree::Ident(not), TokenTree::Group(group)) if not == "not" => {
            Ident::parse_any.parse2(group.stream()).ok()?
        }
        _ => return None,
    };
    Some((name, [first, second].into_iter().collect()))
}

/// How to write the opposite of an option.
pub(super) fn negated(option: Known) -> String {
    if option.takes().is_flag() {
        format!("write it `{} = false`", option.name())
    } else {
        format!("`{}` takes one value, as in `{}`", option.name(), option.example())
    }
}

/// `redirect("out.log")`, or settings in braces as other attributes have them.
pub(super) fn in_delimiters(option: Known, group: &Group) -> Error {
    let values = Punctuated::<Expr, Token![,]>::parse_terminated.parse2(group.stream());
    let is_one_value = values
        .is_ok_and(|values| values.len() == 1 && !matches!(values.first(), Some(Expr::Assign(_))));
    let text = if is_one_value {
        format!("write it `{} = {}`", option.name(), inside(group))
    } else {
        format!("`{}` takes one value, as in `{}`", option.name(), option.example())
    };
    Error::new(group.span(), text)
}

/// What stands in a group, as the user wrote it where the compiler can tell.
fn inside(group: &Group) -> String {
    let text = group.span().source_text().unwrap_or_else(|| group.to_string());
    let inside = text.get(1..text.len().saturating_sub(1)).unwrap_or_default();
    inside.trim().trim_end_matches(',').to_owned()
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
    let begin: Token![<] = input.parse().ok()?;
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
    let is_used = input.peek(syn::token::Paren) || input.peek(Token![::]);
    let text = format!("generic arguments need `::`, as in `{}::<..>`", function?);
    is_used.then(|| Error::new_spanned(begin, text))
}
