//! The runtime consists of layers, and imports only go down.

use std::path::Path;

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};

use crate::items::{files, of_workspace, read};

/// The layers from top to bottom: a folder or a file each.
const LAYERS: [&str; 9] =
    ["lib", "daemon", "manage", "start", "run", "resources", "options", "error", "sys"];

/// The only module that may have `unsafe` code.
const UNSAFE: &str = "sys";

/// The longest file, without its unit tests.
const MOST_LINES: usize = 300;

fn level(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| *layer == module)
}

/// The violations in a file of the runtime, each as `file:line: what`.
fn complaints(file: &Path, text: &str) -> Vec<String> {
    let tokens = text.parse().unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let module = module_of(file);
    let top = module.first().map_or("lib", String::as_str);
    let mut inspection = Inspection {
        file: file.display().to_string(),
        top,
        level: level(top).unwrap_or_default(),
        lines_of_tests: 0,
        complaints: Vec::new(),
    };
    if level(top).is_none() {
        inspection.complain(1, format!("`{top}` is in no layer"));
    }
    inspection.walk(tokens, &module);
    let lines = text.lines().count() - inspection.lines_of_tests;
    if lines > MOST_LINES {
        inspection.complain(lines, format!("more than {MOST_LINES} lines without its unit tests"));
    }
    inspection.complaints
}

/// The module of a file: `start/plan.rs` is `start::plan`, `start/mod.rs` is `start`.
pub(crate) fn module_of(file: &Path) -> Vec<String> {
    let names = file.with_extension("");
    let mut names: Vec<_> = names.iter().map(|name| name.to_string_lossy().into_owned()).collect();
    names.pop_if(|last| last == "mod" || last == "lib");
    names
}

struct Inspection<'a> {
    file: String,
    /// The module's ancestor at the top of the crate.
    top: &'a str,
    level: usize,
    lines_of_tests: usize,
    complaints: Vec<String>,
}

impl Inspection<'_> {
    fn complain(&mut self, line: usize, what: impl AsRef<str>) {
        self.complaints.push(format!("{}:{line}: {}", self.file, what.as_ref()));
    }

    /// Inspects the tokens of this module, including those in macros.
    fn walk(&mut self, tokens: TokenStream, module: &[String]) {
        let tokens: Vec<_> = tokens.into_iter().collect();
        let mut start_of_item = 0;
        for (index, token) in tokens.iter().enumerate() {
            let (before, after) = (&tokens[start_of_item..index], &tokens[index + 1..]);
            match token {
                TokenTree::Ident(word) if word == "unsafe" => self.see_unsafe(word, after),
                TokenTree::Ident(word) if !follows_colons(before) => {
                    self.follow(word, after, module);
                }
                TokenTree::Group(group) => {
                    match inline_module(before) {
                        Some(_) if is_for_tests(before) => self.skip(before[0].span(), group),
                        Some(name) => self.walk(group.stream(), &[module, &[name]].concat()),
                        None => self.walk(group.stream(), module),
                    }
                    if group.delimiter() == Delimiter::Brace {
                        start_of_item = index + 1;
                    }
                }
                TokenTree::Punct(mark) if mark.as_char() == ';' => start_of_item = index + 1,
                _ => {}
            }
        }
    }

    /// Rejects `unsafe`, except for the declaration of an `unsafe fn`, which does nothing unsafe.
    fn see_unsafe(&mut self, word: &Ident, after: &[TokenTree]) {
        let is_declaration = matches!(after, [TokenTree::Ident(next), ..] if next == "fn");
        if self.top != UNSAFE && !is_declaration {
            self.complain(line(word.span()), format!("`unsafe` outside of `{UNSAFE}`"));
        }
    }

    /// Judges a path that begins with this word, if it leads to another module of the crate.
    fn follow(&mut self, word: &Ident, after: &[TokenTree], module: &[String]) {
        let (mut module, mut rest) = match word.to_string().as_str() {
            "crate" => (&[][..], after),
            "super" => (parent(module), after),
            _ => return,
        };
        while let Some(behind) = behind_colons(rest) {
            if let [TokenTree::Ident(word), behind @ ..] = behind
                && word == "super"
            {
                (module, rest) = (parent(module), behind);
                continue;
            }
            for (name, span) in first_names(behind) {
                self.judge(module.first().unwrap_or(&name), span);
            }
            return;
        }
    }

    /// Rejects an import from a higher layer. A name that is no module is an item of `lib.rs`.
    fn judge(&mut self, name: &str, span: Span) {
        let (module, its_level) = level(name).map_or(("lib", 0), |level| (name, level));
        if its_level < self.level {
            let what = format!("`{}` imports from `{module}`, which is above", self.top);
            self.complain(line(span), what);
        }
    }

    fn skip(&mut self, begin: Span, tests: &Group) {
        self.lines_of_tests += tests.span_close().end().line - line(begin) + 1;
    }
}

fn line(span: Span) -> usize {
    span.start().line
}

fn parent(module: &[String]) -> &[String] {
    module.split_last().map_or(module, |(_, parent)| parent)
}

fn is_colon(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(mark) if mark.as_char() == ':')
}

fn follows_colons(before: &[TokenTree]) -> bool {
    before.last().is_some_and(is_colon) && before.iter().rev().nth(1).is_some_and(is_colon)
}

fn behind_colons(tokens: &[TokenTree]) -> Option<&[TokenTree]> {
    tokens.split_first_chunk::<2>().filter(|(colons, _)| colons.iter().all(is_colon)).map(|it| it.1)
}

/// The first names of a path. Braces hold several.
fn first_names(path: &[TokenTree]) -> Vec<(String, Span)> {
    match path.first() {
        Some(TokenTree::Group(several)) => {
            let tokens: Vec<_> = several.stream().into_iter().collect();
            let is_comma = |token: &TokenTree| matches!(token, TokenTree::Punct(mark) if mark.as_char() == ',');
            tokens.split(is_comma).flat_map(first_names).collect()
        }
        Some(first) => vec![(first.to_string(), first.span())],
        None => Vec::new(),
    }
}

/// The name of the module whose braces come next.
fn inline_module(before: &[TokenTree]) -> Option<String> {
    match before {
        [.., TokenTree::Ident(keyword), TokenTree::Ident(name)] if keyword == "mod" => {
            Some(name.to_string())
        }
        _ => None,
    }
}

fn is_for_tests(attributes: &[TokenTree]) -> bool {
    attributes.iter().any(|token| token.to_string().replace(' ', "").starts_with("[cfg(test"))
}

#[test]
fn imports_of_the_runtime_only_go_down() {
    let folder = of_workspace("daemonize-runtime/src");
    let files = files(&folder);
    assert!(files.len() > 20, "{files:?}");
    let mut complaints: Vec<_> = files
        .iter()
        .flat_map(|file| {
            let name = file.strip_prefix(&folder).expect("a file in the folder");
            complaints(name, &read(file))
        })
        .collect();
    complaints.sort();
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[track_caller]
fn assert_complaints(file: &str, text: &str, expected: &[&str]) {
    assert_eq!(complaints(file.as_ref(), text), expected, "{text}");
}

#[test]
fn an_import_that_goes_up_is_found() {
    let above = ["start/plan.rs:1: `start` imports from `manage`, which is above"];
    for text in [
        "use crate::manage::status;",
        "use crate::{error::Error, manage::status, sys};",
        "use super::super::manage::status;",
        "use super::super::{sys, manage};",
        "fn f() { crate::manage::status() }",
        "fn f() { tell!(\"{}\", crate::manage::status()) }",
        "mod inner { use super::super::super::manage::status; }",
        "macro_rules! m { () => { $crate::manage::status() } }",
        "impl From<crate::manage::Status> for u8 {}",
    ] {
        assert_complaints("start/plan.rs", text, &above);
    }
    let above = ["error.rs:2: `error` imports from `options`, which is above"];
    assert_complaints("error.rs", "\npub use crate::options::Restart;", &above);
}

/// A re-export in `lib.rs` does not make an item part of a lower layer.
#[test]
fn an_import_from_the_top_is_found() {
    let above = ["run/init.rs:1: `run` imports from `lib`, which is above"];
    for text in ["use crate::Error;", "use crate::*;", "use super::super::Error;"] {
        assert_complaints("run/init.rs", text, &above);
    }
    let above = ["run/init.rs:1: `run` imports from `daemon`, which is above"];
    assert_complaints("run/init.rs", "use crate::daemon::Daemon;", &above);
}

#[test]
fn imports_that_go_down_or_stay_are_fine() {
    for (file, text) in [
        ("lib.rs", "mod sys; pub use crate::daemon::Daemon; pub use error::Error;"),
        ("daemon.rs", "use crate::manage::status; use crate::daemon::Daemon;"),
        ("start/mod.rs", "use crate::start::plan::Plan; use super::run; use self::plan::Plan;"),
        ("start/plan.rs", "use crate::sys; use super::detach; pub(in crate::start) fn f() {}"),
        ("start/plan.rs", "mod inner { use super::super::detach; } use std::manage::super_thing;"),
        ("start/plan.rs", "#[cfg(test)] mod tests { use crate::manage::status; use super::*; }"),
        ("sys/mod.rs", "#[doc = \"crate::manage\"] pub(crate) fn f() { /* crate::manage */ }"),
    ] {
        assert_complaints(file, text, &[]);
    }
}

#[test]
fn unsafe_code_outside_sys_is_found() {
    let outside = ["run/init.rs:1: `unsafe` outside of `sys`"];
    for text in [
        "fn f() { unsafe { g() } }",
        "unsafe impl Send for T {}",
        "unsafe extern \"C\" { fn g(); }",
        "#[unsafe(no_mangle)] fn f() {}",
        "fn f() { m!(unsafe { g() }) }",
    ] {
        assert_complaints("run/init.rs", text, &outside);
        assert_complaints("sys/fork.rs", text, &[]);
    }
    assert_complaints("daemon.rs", "/// # Safety\npub unsafe fn start_with_threads() {}", &[]);
}

#[test]
fn a_long_file_is_found() {
    let lines = |count| "fn f() {}\n".repeat(count);
    let tests = format!("\n#[cfg(test)]\nmod tests {{\n{}}}\n", lines(100));
    let long = ["sys/ids.rs:301: more than 300 lines without its unit tests"];
    assert_complaints("sys/ids.rs", &lines(301), &long);
    assert_complaints("sys/ids.rs", &(lines(300) + &tests), &long);
    assert_complaints("sys/ids.rs", &(lines(299) + &tests), &[]);
}

#[test]
fn a_file_outside_all_layers_is_found() {
    let no_layer = ["parts.rs:1: `parts` is in no layer"];
    assert_complaints("parts.rs", "", &no_layer);
}
