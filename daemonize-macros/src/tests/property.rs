//! Receives any text as a program; panics unless the attribute keeps its promise. Shared with the
//! fuzzer.
//!
//! The promise: whatever is in the parentheses becomes a start, or errors inside the parentheses.

use std::ops::Range;

use proc_macro2::{Group, TokenStream, TokenTree};
use syn::{Item, LitStr, parse2};

use crate::expand::expand;

/// What starts a daemon.
const STARTS: [&str; 2] = ["start_or_exit", "start_first_or_exit"];

/// One `compile_error!` of an expansion.
pub(crate) struct CompileError {
    pub(crate) text: String,
    pub(crate) place: Range<usize>,
}

/// Checks the promise for `options` above a `main` that has nothing wrong with it.
pub(crate) fn check_options(options: &str) {
    let program = format!("#[daemonize({options})] fn main() {{ body() }}");
    let Some((parentheses, errors)) = check(&program) else { return };
    if parentheses.len() != options.len() + "()".len() {
        // The text closes the parentheses itself, or proc-macro2 keeps no places, as in cargo-fuzz.
        return;
    }
    for CompileError { text, place } in errors {
        let inside = parentheses.start < place.start && place.end < parentheses.end;
        assert!(inside, "`{text}` at {place:?} of {program}");
    }
}

/// Checks the promise for any item; the errors may then lie in the item too.
pub(crate) fn check_item(item: &str) {
    check(&format!("#[daemonize(chdir = false)] {item}"));
}

/// The place of the parentheses, and the errors, if the program is an attribute above something.
fn check(program: &str) -> Option<(Range<usize>, Vec<CompileError>)> {
    let (options, item) = take_apart(program)?;
    // The user may write the word too, and a `self` is an error that rustc reports.
    let cannot_be_counted =
        STARTS.iter().any(|start| program.contains(start)) || program.contains("self");
    let is_well_formed = parse2::<Item>(item.clone()).is_ok();
    let output = expand(options.stream(), item);
    let errors = compile_errors(output.clone());
    let starts = count_starts(&output);
    let expected_starts = usize::from(errors.is_empty());
    let is_refused_by_rustc = !is_well_formed && errors.is_empty() && starts == 0;
    assert!(
        starts == expected_starts || cannot_be_counted || is_refused_by_rustc,
        "{starts} starts in the expansion of {program}"
    );
    let stays_well_formed = parse2::<Item>(output).is_ok();
    assert!(
        stays_well_formed || !errors.is_empty() || !is_well_formed,
        "no item in the expansion of {program}"
    );
    Some((options.span().byte_range(), errors))
}

/// The options and the item, if the text is an attribute above something.
fn take_apart(program: &str) -> Option<(Group, TokenStream)> {
    let mut program = program.parse::<TokenStream>().ok()?.into_iter();
    let (Some(TokenTree::Punct(_)), Some(TokenTree::Group(attribute))) =
        (program.next(), program.next())
    else {
        return None;
    };
    let mut attribute = attribute.stream().into_iter();
    match (attribute.next(), attribute.next(), attribute.next()) {
        (Some(TokenTree::Ident(_)), Some(TokenTree::Group(options)), None) => {
            Some((options, program.collect()))
        }
        _ => None,
    }
}

fn count_starts(tokens: &TokenStream) -> usize {
    let starts = tokens.clone().into_iter().map(|token| match token {
        TokenTree::Ident(name) => usize::from(STARTS.iter().any(|start| name == start)),
        TokenTree::Group(group) => count_starts(&group.stream()),
        _ => 0,
    });
    starts.sum()
}

/// The errors that stand at the top of an expansion.
pub(crate) fn compile_errors(expansion: TokenStream) -> Vec<CompileError> {
    let tokens: Vec<TokenTree> = expansion.into_iter().collect();
    let errors = tokens.windows(3).filter_map(|window| match window {
        [TokenTree::Ident(name), TokenTree::Punct(_), TokenTree::Group(braces)]
            if name == "compile_error" =>
        {
            let text = parse2::<LitStr>(braces.stream()).ok()?.value();
            Some(CompileError {
                text,
                place: name.span().byte_range().start..braces.span().byte_range().end,
            })
        }
        _ => None,
    });
    errors.collect()
}
