//! Code that only some programs use is compiled in those programs: it is `#[inline]` or generic.

use quote::ToTokens;
use syn::{Attribute, FnArg, GenericParam, ImplItem, Item, Signature, Type};

use crate::items::{files, of_workspace, parse};

/// The code of options and commands, and of status and stop from outside.
const OF_SOME_PROGRAMS: [&str; 18] = [
    "manage",
    "resources/event_loops.rs",
    "resources/log_rotation.rs",
    "resources/opener.rs",
    "resources/privileges.rs",
    "resources/root.rs",
    "resources/state_file.rs",
    "resources/state_text.rs",
    "resources/trust.rs",
    "resources/users_files.rs",
    "run/backoff.rs",
    "run/body.rs",
    "run/first_body.rs",
    "run/outcome.rs",
    "run/supervise.rs",
    "start/readiness.rs",
    "start/watch.rs",
    "sys/groups.rs",
];

/// The functions that are compiled with the crate, not with each program.
fn compiled_with_the_crate(items: &[Item]) -> Vec<String> {
    items
        .iter()
        .flat_map(|item| match item {
            Item::Fn(function) => of_function(&function.attrs, &function.sig),
            Item::Impl(block) if !has_types(&block.generics.params) => block
                .items
                .iter()
                .flat_map(|item| match item {
                    ImplItem::Fn(method) => of_function(&method.attrs, &method.sig),
                    _ => Vec::new(),
                })
                .collect(),
            Item::Mod(module) if !is_named(&module.attrs, "cfg") => module
                .content
                .as_ref()
                .map_or(Vec::new(), |(_, items)| compiled_with_the_crate(items)),
            _ => Vec::new(),
        })
        .collect()
}

fn of_function(attributes: &[Attribute], signature: &Signature) -> Vec<String> {
    let is_generic = has_types(&signature.generics.params)
        || signature.inputs.iter().any(|input| match input {
            FnArg::Typed(input) => has_impl(&input.ty),
            FnArg::Receiver(_) => false,
        });
    if is_generic || is_named(attributes, "inline") {
        Vec::new()
    } else {
        vec![signature.ident.to_string()]
    }
}

fn has_types<'a>(parameters: impl IntoIterator<Item = &'a GenericParam>) -> bool {
    parameters.into_iter().any(|parameter| !matches!(parameter, GenericParam::Lifetime(_)))
}

/// Whether a type contains `impl`, as in `Option<impl ToString>`.
fn has_impl(kind: &Type) -> bool {
    kind.to_token_stream()
        .to_string()
        .split(|letter: char| !letter.is_alphanumeric())
        .any(|word| word == "impl")
}

fn is_named(attributes: &[Attribute], name: &str) -> bool {
    attributes.iter().any(|attribute| attribute.path().is_ident(name))
}

#[test]
fn code_of_some_programs_is_compiled_in_those() {
    let sources = of_workspace("daemonize-runtime/src");
    let mut complaints = Vec::new();
    for file in OF_SOME_PROGRAMS.iter().flat_map(|name| files(&sources.join(name))) {
        if file.ends_with("without_fork.rs") {
            continue;
        }
        let name = file.strip_prefix(&sources).expect("a file in the folder").display();
        for function in compiled_with_the_crate(&parse(&file).items) {
            complaints.push(format!("{name}: `{function}` is not `#[inline]`"));
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn a_function_that_is_compiled_with_the_crate_is_found() {
    let found = |text| compiled_with_the_crate(&syn::parse_file(text).expect("Rust").items);
    for text in [
        "fn f() {}",
        "pub(crate) fn f<'a>(text: &'a str) -> &'a str { text }",
        "impl T { #[must_use] fn f(&self) {} }",
        "impl fmt::Display for T<'_> { fn f(&self) {} }",
        "mod inner { fn f() {} }",
    ] {
        assert_eq!(found(text), ["f"], "{text}");
    }
    for text in [
        "#[inline] fn f() {}",
        "#[inline(never)] fn f() {}",
        "fn f<T>(value: T) {}",
        "fn f(value: &impl AsFd) {}",
        "fn f(value: Option<impl ToString>) {}",
        "impl<T> List<T> { fn f(&self) {} }",
        "impl T { #[inline] fn f(&self) {} }",
        "trait T { fn f(&self); }",
        "#[cfg(test)] mod tests { fn f() {} }",
    ] {
        assert!(found(text).is_empty(), "{text}");
    }
}
