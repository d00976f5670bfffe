//! The documents only name cases that exist.

use std::collections::BTreeSet;
use std::fs;

use crate::items::{of_workspace, read};

/// All cases as `file::test`, and all files as `file`.
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

/// The names in backquotes in the last column of a document's tables, apart from those in
/// parentheses. A cell that does not begin with a backquote names none.
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

/// The names that no case has. A final `*` stands for any ending.
fn unknown(names: &[String], cases: &BTreeSet<String>) -> Vec<String> {
    let is_known = |name: &&String| match name.strip_suffix('*') {
        Some(beginning) => cases.iter().any(|case| case.starts_with(beginning)),
        None => cases.contains(*name),
    };
    names.iter().filter(|name| !is_known(name)).cloned().collect()
}

#[test]
fn the_documents_only_name_existing_cases() {
    let cases = cases();
    for document in ["docs/invariants.md", "SECURITY.md"] {
        let names = named_in(&read(document));
        assert!(names.len() > 15, "{document} names only {names:?}");
        assert_eq!(unknown(&names, &cases), [""; 0], "in {document}");
    }
}

#[test]
fn a_missing_case_is_noticed() {
    let table = "| a thing | `names`, `names::no_such_case`, `names::none_*` (a `thing`) |\n";
    let unknown = unknown(&named_in(table), &cases());
    assert_eq!(unknown, ["names::no_such_case", "names::none_*"]);
}

/// The number of system calls of a contestant, as the report says it.
fn calls_of(contestant: &str) -> usize {
    let report = read("docs/benchmark.md");
    let (_, chapter) = report.split_once("## System calls").expect("the chapter");
    let row = format!("| {contestant} | ");
    let cells = chapter.lines().find_map(|line| line.strip_prefix(&row)).expect("a row");
    cells.split(' ').next().and_then(|number| number.parse().ok()).expect("a number")
}

#[test]
fn the_design_explains_as_many_calls_as_were_counted() {
    let more = calls_of("`#[daemonize]`") - calls_of("hand-written Rust");
    let sentence = format!("A start makes {more} more than the hand-written one");
    assert!(read("docs/design.md").contains(&sentence), "the report says: {sentence}");
}
