//! The files of the workspace, and the items of a crate.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use quote::ToTokens;
use syn::{Attribute, Ident, Item, ItemMacro, UseTree, Visibility};

/// The `cfg` attributes of an item and of the modules around it.
pub(crate) type Conditions = BTreeSet<String>;

/// An item, private or public, and its module.
pub(crate) struct Found {
    pub(crate) module: String,
    pub(crate) conditions: Conditions,
    pub(crate) item: Item,
}

/// A file or folder of the workspace.
pub(crate) fn of_workspace(path: impl AsRef<Path>) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

/// The text of a file of the workspace.
pub(crate) fn read(file: impl AsRef<Path>) -> String {
    let file = of_workspace(file);
    fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// The files in a folder and all folders below it; for a file, itself.
pub(crate) fn files(path: &Path) -> Vec<PathBuf> {
    if path.is_file() {
        return vec![path.to_owned()];
    }
    let entries = fs::read_dir(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    entries.flat_map(|entry| files(&entry.expect("an entry").path())).collect()
}

pub(crate) fn parse(file: &Path) -> syn::File {
    let parsed = syn::parse_file(&read(file));
    parsed.unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// The file of a module: `name.rs`, or `name/mod.rs`.
fn file_of_module(folder: &Path) -> PathBuf {
    let nested = folder.join("mod.rs");
    if of_workspace(&nested).exists() { nested } else { folder.with_extension("rs") }
}

/// Collects the items of a module and of the modules in it.
pub(crate) fn collect(
    items: Vec<Item>,
    folder: &Path,
    module: &str,
    outer: &Conditions,
    all: &mut Vec<Found>,
) {
    for mut item in items {
        let mut conditions = outer | &conditions_of(parts(&item).0);
        if conditions.contains("#[cfg(test)]") {
            continue;
        }
        if let Item::Mod(inner) = &mut item {
            let folder = folder.join(inner.ident.to_string());
            let content = inner.content.as_ref().map(|(_, items)| items.clone());
            let items = content.unwrap_or_else(|| {
                let file = parse(&file_of_module(&folder));
                conditions.extend(conditions_of(&file.attrs));
                inner.attrs.extend(file.attrs);
                file.items
            });
            collect(items, &folder, &join(module, &inner.ident), &conditions, all);
        }
        all.push(Found { module: module.to_owned(), conditions, item });
    }
}

pub(crate) fn join(module: &str, name: &impl ToString) -> String {
    if module.is_empty() { name.to_string() } else { format!("{module}::{}", name.to_string()) }
}

/// The attributes, visibility and name of an item.
pub(crate) fn parts(item: &Item) -> (&[Attribute], Option<&Visibility>, Option<&Ident>) {
    match item {
        Item::Const(item) => (&item.attrs, Some(&item.vis), Some(&item.ident)),
        Item::Enum(item) => (&item.attrs, Some(&item.vis), Some(&item.ident)),
        Item::Fn(item) => (&item.attrs, Some(&item.vis), Some(&item.sig.ident)),
        Item::ForeignMod(item) => (&item.attrs, None, None),
        Item::Impl(item) => (&item.attrs, None, None),
        Item::Macro(item) if !is_exported(item) => (&item.attrs, None, None),
        Item::Mod(item) => (&item.attrs, Some(&item.vis), Some(&item.ident)),
        Item::Static(item) => (&item.attrs, Some(&item.vis), Some(&item.ident)),
        Item::Struct(item) => (&item.attrs, Some(&item.vis), Some(&item.ident)),
        Item::Trait(item) => (&item.attrs, Some(&item.vis), Some(&item.ident)),
        Item::Type(item) => (&item.attrs, Some(&item.vis), Some(&item.ident)),
        Item::Use(item) => (&item.attrs, Some(&item.vis), None),
        _ => panic!("this test does not know this kind of item: {}", tidy(item)),
    }
}

fn is_exported(item: &ItemMacro) -> bool {
    item.attrs.iter().any(|attribute| attribute.path().is_ident("macro_export"))
}

pub(crate) fn is_public(item: &Item) -> bool {
    matches!(parts(item).1, Some(Visibility::Public(_)))
}

pub(crate) fn conditions_of(attributes: &[Attribute]) -> Conditions {
    let conditions = attributes.iter().filter(|attribute| attribute.path().is_ident("cfg"));
    // `#![cfg]` inside a module is the same as `#[cfg]` in front of it.
    conditions.map(|condition| tidy(condition).replace("# ! [", "#[")).collect()
}

/// The paths that a `use` imports, each with the name that it gets.
pub(crate) fn leaves(tree: &UseTree, outer: &str) -> Vec<(String, String)> {
    match tree {
        UseTree::Path(path) => leaves(&path.tree, &join(outer, &path.ident)),
        UseTree::Name(name) => vec![(join(outer, &name.ident), name.ident.to_string())],
        UseTree::Rename(name) => vec![(join(outer, &name.ident), name.rename.to_string())],
        UseTree::Group(group) => group.items.iter().flat_map(|tree| leaves(tree, outer)).collect(),
        UseTree::Glob(_) => panic!("{outer}::* cannot be followed"),
    }
}

/// The text of tokens, with the usual spaces.
pub(crate) fn tidy(tokens: &impl ToTokens) -> String {
    let mut text = tokens.to_token_stream().to_string();
    let tight =
        [" ::", ":: ", " <", "< ", " >", " (", "( ", " )", " ,", " :", " ;", "& ", "[ ", " ]"];
    for space in tight {
        text = text.replace(space, space.trim());
    }
    let astray = [
        ("# [", "#["),
        ("->(", "-> ("),
        (":(", ": ("),
        (",(", ", ("),
        (", }", " }"),
        (" { }", ""),
        (" {}", ""),
    ];
    for (wrong, right) in astray {
        text = text.replace(wrong, right);
    }
    // Callers do not care whether a parameter is `mut`.
    text.trim_end_matches(';').replace("(mut self", "(self").replace(", mut ", ", ")
}
