//! The options are the same wherever they are listed: in the table, in the manuals, and on the builder.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::options::OPTIONS;

fn options() -> BTreeSet<String> {
    OPTIONS.iter().map(|option| option.name.to_owned()).collect()
}

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The names in the first column of the table with the heading `option`.
fn rows(manual: &str) -> BTreeSet<String> {
    let lines = manual.lines().map(|line| line.trim_start_matches("/// "));
    let rows = lines.skip_while(|line| !line.starts_with("| option ")).skip(2);
    let cells = rows.take_while(|line| line.starts_with('|')).filter_map(|row| row.split('|').nth(1));
    cells.flat_map(|cell| cell.split('`').skip(1).step_by(2)).map(str::to_owned).collect()
}

#[test]
fn the_manual_of_the_attribute_has_all_options() {
    assert_eq!(rows(&read("src/lib.rs")), options());
}

#[test]
fn the_readme_has_all_options() {
    assert_eq!(rows(&read("../README.md")), options());
}

#[test]
fn the_builder_has_a_method_for_each_option_and_no_other() {
    let builder = read("../daemonize-runtime/src/daemon.rs");
    let methods = builder.lines().filter(|line| line.contains("(mut self, "));
    let names = methods.filter_map(|line| line.trim_start().strip_prefix("pub fn ")?.split(['<', '(']).next());
    let names: BTreeSet<String> = names.map(str::to_owned).collect();
    let methods = OPTIONS.iter().filter(|option| option.is_method());
    assert_eq!(names, methods.map(|option| option.name.to_owned()).collect());
}
