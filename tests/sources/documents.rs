//! The documents name cases that there are.

use std::collections::BTreeSet;
use std::fs;

use crate::items::{of_workspace, read};

/// All cases, as `file::test`, and the files alone.
fn cases() -> BTreeSet<String> {
    let mut cases = BTreeSet::from(["faults".to_owned()]);
    for entry in fs::read_dir(of_workspace("tests/cases")).expect("the cases") {
        let path = entry.expect("an entry").path();
        let file = path.file_stem().and_then(|name| name.to_str()).expect("text").to_owned();
        let text = read(&path);
        let tests = text.split("\n#[test").skip(1).filter_map(|test| test.split_once("\nfn "));
        let names = tests.filter_map(|(_, function)| Some(function.split_once("()")?.0));
        cases.extend(names.map(|name| format!("{file}::{name}")));
        cases.insert(file);
    }
    cases
}

/// What stands in backquotes in the last column of a document's tables, where the column begins
/// with it; not what stands in parentheses.
fn named_in(document: &str) -> Vec<String> {
    let rows = document.lines().filter_map(|line| line.strip_suffix(" |"));
    let cells = rows.filter_map(|row| Some(row.rsplit_once("| ")?.1));
    cells
        .filter(|cell| cell.starts_with('`'))
        .filter_map(|cell| cell.split(" (").next())
        .flat_map(|cell| cell.split('`').skip(1).step_by(2))
        .map(str::to_owned)
        .collect()
}

/// The names that no case has. A star at the end stands for any rest.
fn unknown(names: &[String], cases: &BTreeSet<String>) -> Vec<String> {
    let is_known = |name: &&String| match name.strip_suffix('*') {
        Some(beginning) => cases.iter().any(|case| case.starts_with(beginning)),
        None => cases.contains(*name),
    };
    names.iter().filter(|name| !is_known(name)).cloned().collect()
}

#[test]
fn the_documents_name_cases_that_there_are() {
    let cases = cases();
    for document in ["docs/invariants.md", "SECURITY.md"] {
        let names = named_in(&read(document));
        assert!(names.len() > 15, "{document} names only {names:?}");
        assert_eq!(unknown(&names, &cases), [""; 0], "in {document}");
    }
}

#[test]
fn a_case_that_there_is_not_is_noticed() {
    let table = "| a thing | `names`, `names::no_such_case`, `names::none_*` (a `thing`) |\n";
    let unknown = unknown(&named_in(table), &cases());
    assert_eq!(unknown, ["names::no_such_case", "names::none_*"]);
}
