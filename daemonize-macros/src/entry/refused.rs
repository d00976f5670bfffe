//! Receives an item that is not a function; hands on whether rustc has refused it already. Then
//! nothing remains to be said: an expression, or a function with unfinished parameters.

use proc_macro2::{Delimiter, TokenTree};
use syn::{
    Attribute, FnArg, Ident, Pat, Result, Token, ext::IdentExt, parenthesized, parse::ParseStream,
    token,
};

pub(super) fn by_rustc(item: ParseStream) -> bool {
    begins_expression(item) || is_unfinished(item).unwrap_or(false)
}

fn begins_expression(input: ParseStream) -> bool {
    const WORDS: &[&str] = &[
        "let", "if", "match", "loop", "while", "for", "move", "return", "break", "continue",
        "true", "false", "self",
    ];
    let begins_closure =
        input.peek2(Token![|]) || input.peek2(Token![||]) || input.peek2(Token![move]);
    match input.cursor().token_tree() {
        Some((TokenTree::Ident(word), _)) => begins_closure || WORDS.contains(&&*word.to_string()),
        // An attribute or a path may begin an item, and so may what a macro hands on.
        Some((TokenTree::Punct(sign), _)) => !matches!(sign.as_char(), '#' | ':'),
        Some((TokenTree::Group(group), _)) => group.delimiter() != Delimiter::None,
        Some((TokenTree::Literal(_), _)) => true,
        None => false,
    }
}

/// Goes to the `fn` of a function that is not inside of another item.
pub(super) fn find_function(input: ParseStream) -> Result<()> {
    while !(input.peek(Token![fn]) && input.peek2(Ident::peek_any)) {
        let _: TokenTree = input.parse()?;
    }
    Ok(())
}

/// `fn main {}`, `fn main(args) {}` or `fn main(args:) {}`
fn is_unfinished(input: ParseStream) -> Result<bool> {
    find_function(input)?;
    while !input.peek(token::Paren) {
        if input.peek(token::Brace) {
            return Ok(true);
        }
        let _: TokenTree = input.parse()?;
    }
    let parameters;
    parenthesized!(parameters in input);
    while !parameters.is_empty() {
        if parameters.fork().parse::<FnArg>().is_err() {
            Attribute::parse_outer(&parameters)?;
            Pat::parse_single(&parameters)?;
            let _: Option<Token![:]> = parameters.parse()?;
            return Ok(parameters.is_empty() || parameters.peek(Token![,]));
        }
        let _: FnArg = parameters.parse()?;
        let _: Option<Token![,]> = parameters.parse()?;
    }
    Ok(false)
}
