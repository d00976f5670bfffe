//! No two files of a crate import each other, be it by way of others.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use syn::{Item, UseTree};

use crate::items::{Conditions, conditions_of, files, of_workspace, parse};
use crate::layout::module_of;

/// A module, from the root of its crate.
type Module = Vec<String>;

/// What each file imports.
type Imports = BTreeMap<Module, BTreeSet<Module>>;

/// The imports of a crate. A file that has a folder of the same name only says what is in there,
/// and does not count; nor does an import that stands in unit tests.
fn imports_of(folder: &Path) -> Imports {
    let all: BTreeMap<Module, PathBuf> = files(folder)
        .into_iter()
        .map(|file| (module_of(file.strip_prefix(folder).expect("a file in the folder")), file))
        .filter(|(module, _)| !folder.join(module.join("/")).is_dir())
        .collect();
    let imports = all.iter().map(|(module, file)| {
        let items = parse(file).items;
        let paths = items.iter().flat_map(|item| paths_in(item, module));
        let files = paths.filter_map(|path| file_of(path, &all)).filter(|file| file != module);
        (module.clone(), files.collect())
    });
    imports.collect()
}

/// What an item imports from the crate, if it is an import.
fn paths_in(item: &Item, module: &[String]) -> Vec<Module> {
    match item {
        Item::Use(item) if !is_for_tests(&conditions_of(&item.attrs)) => {
            let mut paths = Vec::new();
            follow(&item.tree, &[], &mut paths);
            paths.into_iter().filter_map(|path| absolute(&path, module)).collect()
        }
        _ => Vec::new(),
    }
}

fn is_for_tests(conditions: &Conditions) -> bool {
    conditions.contains("#[cfg(test)]")
}

fn follow(tree: &UseTree, before: &[String], paths: &mut Vec<Module>) {
    let with = |name: &dyn ToString| [before, &[name.to_string()]].concat();
    match tree {
        UseTree::Path(path) => follow(&path.tree, &with(&path.ident), paths),
        UseTree::Name(name) => paths.push(with(&name.ident)),
        UseTree::Rename(name) => paths.push(with(&name.ident)),
        UseTree::Glob(_) => paths.push(before.to_vec()),
        UseTree::Group(group) => group.items.iter().for_each(|tree| follow(tree, before, paths)),
    }
}

/// The same path from the root of the crate. `None` if it leads out of the crate.
fn absolute(path: &[String], module: &[String]) -> Option<Module> {
    match path.split_first()? {
        (first, rest) if first == "crate" => Some(rest.to_vec()),
        (first, rest) if first == "self" => Some([module, rest].concat()),
        (first, rest) if first == "super" => {
            let (_, parent) = module.split_last()?;
            absolute(rest, parent).or_else(|| Some([parent, rest].concat()))
        }
        _ => None,
    }
}

/// The file in which something with this path stands.
fn file_of(mut path: Module, files: &BTreeMap<Module, PathBuf>) -> Option<Module> {
    while !files.contains_key(&path) {
        path.pop()?;
    }
    Some(path)
}

/// Leaves the circles alone, by taking away what imports nothing and what nothing imports.
fn circles(mut imports: Imports) -> Imports {
    loop {
        let size = imports.len();
        let imported: BTreeSet<Module> = imports.values().flatten().cloned().collect();
        imports.retain(|file, what| !what.is_empty() && imported.contains(file));
        let left: BTreeSet<Module> = imports.keys().cloned().collect();
        for what in imports.values_mut() {
            what.retain(|file| left.contains(file));
        }
        if imports.len() == size {
            return imports;
        }
    }
}

#[test]
fn no_files_of_a_crate_import_each_other() {
    for folder in ["daemonize-runtime/src", "daemonize-macros/src"] {
        let imports = imports_of(&of_workspace(folder));
        assert!(imports.values().flatten().count() > 20, "{folder}: {imports:?}");
        let circles = circles(imports);
        assert!(circles.is_empty(), "{folder}: {circles:#?}");
    }
}

#[test]
fn a_circle_of_imports_is_found() {
    let module = |name: &str| vec![name.to_owned()];
    let imports = |list: &[(&str, &[&str])]| -> Imports {
        list.iter()
            .map(|(file, what)| (module(file), what.iter().map(|name| module(name)).collect()))
            .collect()
    };
    let straight =
        imports(&[("top", &["middle", "bottom"]), ("middle", &["bottom"]), ("bottom", &[])]);
    assert_eq!(circles(straight), Imports::new());
    let round = imports(&[("a", &["b"]), ("b", &["c"]), ("c", &["a"])]);
    let with_company = imports(&[
        ("top", &["a"]),
        ("a", &["b", "low"]),
        ("b", &["c"]),
        ("c", &["a"]),
        ("low", &[]),
    ]);
    assert_eq!(circles(with_company), round);
}

#[test]
fn a_path_is_followed_to_its_file() {
    let module: Module = ["start", "plan"].map(str::to_owned).into();
    for (path, expected) in [
        ("use crate::sys::pid::Pid;", Some("sys/pid/Pid")),
        ("use super::failure::Failure;", Some("start/failure/Failure")),
        ("use super::super::sys;", Some("sys")),
        ("use self::inner::Thing;", Some("start/plan/inner/Thing")),
        ("use std::path::Path;", None),
        ("#[cfg(test)] use crate::sys;", None),
    ] {
        let item = syn::parse_str(path).expect("an import");
        let found: Vec<String> =
            paths_in(&item, &module).into_iter().map(|path| path.join("/")).collect();
        assert_eq!(found, expected.as_slice(), "{path}");
    }
}
