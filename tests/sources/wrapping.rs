//! Comments and prose are wrapped at 100 columns. rustfmt only wraps code.

use std::fs;
use std::path::{Path, PathBuf};

use crate::items::of_workspace;

const WIDTH: usize = 100;

/// Folders of build results, history and recorded compiler messages.
const SKIPPED: [&str; 3] = ["target", ".git", "ui"];

/// All files of the workspace with this extension.
fn files(extension: &str) -> Vec<PathBuf> {
    let (mut files, mut folders) = (Vec::new(), vec![of_workspace(".")]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let is_skipped = SKIPPED.iter().any(|name| path.ends_with(name));
            if path.is_dir() && !path.is_symlink() && !is_skipped {
                folders.push(path);
            } else if path.extension().is_some_and(|it| it == extension) {
                files.push(path);
            }
        }
    }
    files
}

/// The numbers of the lines of prose that are too long. Tables cannot be wrapped. Code is skipped.
fn too_long(prose: &str) -> Vec<usize> {
    let (mut lines, mut is_code) = (Vec::new(), false);
    for (index, line) in prose.lines().enumerate() {
        let text = line.trim_start().trim_start_matches(['/', '!']).trim_start();
        is_code ^= text.starts_with("```");
        if line.chars().count() > WIDTH && !is_code && !text.starts_with('|') {
            lines.push(index + 1);
        }
    }
    lines
}

/// The comments of a program on their lines. Other lines are empty.
fn comments(program: &str) -> String {
    let comment =
        |line: &str| if line.trim_start().starts_with("//") { line } else { "" }.to_owned();
    program.lines().map(comment).collect::<Vec<_>>().join("\n")
}

fn complaints(file: &Path, prose: &str) -> Vec<String> {
    too_long(prose).into_iter().map(|line| format!("{}:{line}", file.display())).collect()
}

#[test]
fn comments_and_prose_are_wrapped() {
    let (programs, documents) = (files("rs"), files("md"));
    assert!(programs.len() > 200 && documents.len() > 8, "files are missing");
    let read = |file: &PathBuf| fs::read_to_string(file).expect("text");
    let mut found = Vec::new();
    for file in &programs {
        found.extend(complaints(file, &comments(&read(file))));
    }
    for file in &documents {
        found.extend(complaints(file, &read(file)));
    }
    assert_eq!(found, [""; 0]);
}

#[test]
fn a_long_line_is_noticed() {
    let long = "word ".repeat(21);
    let prose = format!("short\n{long}\n| {long} |\n```\n{long}\n```\n/// {long}\n");
    assert_eq!(too_long(&prose), [2, 7]);
    assert_eq!(too_long(&comments(&format!("{long}\n// {long}\n"))), [2]);
}
