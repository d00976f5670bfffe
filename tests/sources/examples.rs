//! Every public item has an example. `cargo test --doc` compiles them.

use quote::ToTokens;
use syn::{Attribute, Item};

use crate::items::{parse, parts};
use crate::listing;

/// All documentation of an item.
fn documentation(attributes: &[Attribute]) -> String {
    let lines = attributes.iter().filter(|attribute| attribute.path().is_ident("doc"));
    lines.map(|line| line.to_token_stream().to_string() + "\n").collect()
}

fn is_hidden(attributes: &[Attribute]) -> bool {
    documentation(attributes).contains("hidden")
}

/// Whether there is code below the heading `Examples`.
fn has_example(attributes: &[Attribute]) -> bool {
    let documentation = documentation(attributes);
    documentation.split("# Examples\"").nth(1).is_some_and(|rest| rest.contains("```"))
}

/// The public items without an example.
fn bare(items: &[(String, Vec<Attribute>)]) -> Vec<&str> {
    let shown = items.iter().filter(|(_, attributes)| !is_hidden(attributes));
    shown.filter(|(_, attributes)| !has_example(attributes)).map(|(path, _)| &**path).collect()
}

#[test]
fn every_public_item_of_the_runtime_has_an_example() {
    let items = listing::attributes();
    assert!(items.len() > 70, "only {} items were found", items.len());
    assert_eq!(bare(&items), [""; 0]);
}

#[test]
fn the_attribute_has_examples() {
    let items = parse("daemonize-macros/src/lib.rs".as_ref()).items;
    let public = items.iter().filter(|item| matches!(item, Item::Fn(_)));
    let items: Vec<_> =
        public.map(|item| ("daemonize".to_owned(), parts(item).0.to_owned())).collect();
    assert_eq!((items.len(), bare(&items)), (1, vec![]));
}

#[test]
fn the_documentation_names_no_source_file() {
    let mut items = listing::attributes();
    for file in ["daemonize-macros/src/lib.rs", "daemonize-runtime/src/lib.rs"] {
        let parsed = parse(file.as_ref());
        items.push((file.to_owned(), parsed.attrs));
        items.extend(parsed.items.iter().map(|item| (file.to_owned(), parts(item).0.to_owned())));
    }
    for (path, attributes) in &items {
        let documentation = documentation(attributes);
        assert!(!documentation.contains(".rs`") && !documentation.contains("src/"), "{path}");
    }
}

#[test]
fn an_item_without_an_example_is_noticed() {
    let documented = |text: &str| {
        let item: Item = syn::parse_str(text).expect("an item");
        ("it".to_owned(), parts(&item).0.to_owned())
    };
    let bare_ones = ["/// A.\nfn f() {}", "/// A.\n///\n/// # Examples\nfn f() {}", "fn f() {}"];
    for text in bare_ones {
        assert_eq!(bare(&[documented(text)]), ["it"], "{text}");
    }
    for text in
        ["/// # Examples\n///\n/// ```\n/// f();\n/// ```\nfn f() {}", "#[doc(hidden)] fn f() {}"]
    {
        assert_eq!(bare(&[documented(text)]), [""; 0], "{text}");
    }
}
