//! The public API, the manuals and the builder have the same options.

use std::collections::BTreeSet;

use crate::items::read;

/// The options of the attribute alone. Every other option is a method of the builder.
const NO_METHODS: [&str; 3] = ["before", "commands", "crate"];

/// The names between these two texts in the recorded API.
fn recorded(before: &str, after: &str) -> BTreeSet<String> {
    let record = read("docs/public-api.txt");
    let lines = record
        .lines()
        .filter_map(|line| line.strip_prefix(before))
        .filter(|rest| rest.contains(after));
    lines.filter_map(|rest| rest.split([' ', '<', '(']).next()).map(str::to_owned).collect()
}

fn options() -> BTreeSet<String> {
    recorded("#[daemonize(", " = ")
}

/// The names in the first column of the table with the heading `option`.
fn rows(manual: &str) -> BTreeSet<String> {
    let lines = manual.lines().map(|line| line.trim_start_matches("/// "));
    let rows = lines.skip_while(|line| !line.starts_with("| option ")).skip(2);
    let cells =
        rows.take_while(|line| line.starts_with('|')).filter_map(|row| row.split('|').nth(1));
    cells.flat_map(|cell| cell.split('`').skip(1).step_by(2)).map(str::to_owned).collect()
}

#[test]
fn the_manual_of_the_attribute_has_all_options() {
    assert_eq!(rows(&read("daemonize-macros/src/lib.rs")), options());
}

#[test]
fn the_readme_has_all_options() {
    assert_eq!(rows(&read("README.md")), options());
}

#[test]
fn the_builder_has_a_method_for_each_option_and_no_other() {
    let mut options = options();
    options.retain(|option| !NO_METHODS.contains(&option.as_str()));
    assert_eq!(recorded("pub fn Daemon::", "(self, "), options);
}
