//! The links in the documents are valid.

use std::fs;
use std::path::Path;

use crate::items::{of_workspace, read};

/// The published documentation of the runtime.
const CHAPTERS: &str = "https://docs.rs/daemonize-runtime/latest/daemonize_runtime/";

/// The readmes that are published without the repository.
const PUBLISHED: [&str; 2] = ["daemonize-macros/README.md", "daemonize-runtime/README.md"];

/// All documents, by their paths in the workspace.
fn documents() -> Vec<String> {
    let mut documents: Vec<_> = PUBLISHED.map(str::to_owned).into();
    for folder in ["", "docs/"] {
        for entry in fs::read_dir(of_workspace(folder)).expect("a folder") {
            let name = entry.expect("an entry").file_name().into_string().expect("text");
            if Path::new(&name).extension().is_some_and(|extension| extension == "md") {
                documents.push(format!("{folder}{name}"));
            }
        }
    }
    assert!(documents.len() > 9, "only {documents:?} were found");
    documents
}

/// The targets of a document's links and pictures.
fn targets(document: &str) -> Vec<&str> {
    let links = document.split("](").skip(1);
    links.filter_map(|link| Some(link.split_once(')')?.0)).collect()
}

/// The anchors that Markdown makes of headings.
fn anchors<'a>(lines: impl Iterator<Item = &'a str>) -> Vec<String> {
    let headings = lines.filter(|line| line.starts_with('#'));
    let words = headings.map(|heading| heading.trim_start_matches(['#', ' ']).to_lowercase());
    words
        .map(|words| words.replace(|it: char| !(it.is_alphanumeric() || " -_".contains(it)), ""))
        .map(|words| words.replace(' ', "-"))
        .collect()
}

fn chapters() -> Vec<String> {
    anchors(
        read("daemonize-runtime/src/lib.rs").lines().filter_map(|line| line.strip_prefix("//! ")),
    )
}

fn is_web(target: &str) -> bool {
    target.starts_with("https://")
}

/// Whether a target exists. Other web sites are not checked.
fn is_valid(document: &str, target: &str) -> bool {
    if let Some(place) = target.strip_prefix(CHAPTERS) {
        return place
            .strip_prefix('#')
            .is_none_or(|chapter| chapters().iter().any(|it| it == chapter));
    }
    if is_web(target) {
        return true;
    }
    let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
    let folder = Path::new(document).parent().expect("a folder");
    let file = if path.is_empty() { Path::new(document).into() } else { folder.join(path) };
    of_workspace(&file).exists()
        && (anchor.is_empty() || anchors(read(&file).lines()).iter().any(|it| it == anchor))
}

fn first_example(document: &str) -> String {
    let text = read(document);
    let block = text.split("```rust").nth(1).unwrap_or_else(|| panic!("{document}: no example"));
    block.split("```").next().expect("the rest").lines().skip(1).collect::<Vec<_>>().join("\n")
}

#[test]
fn links_are_valid() {
    for document in documents() {
        let text = read(&document);
        let dead: Vec<_> =
            targets(&text).into_iter().filter(|target| !is_valid(&document, target)).collect();
        assert!(dead.is_empty(), "dead links in {document}: {dead:?}");
    }
}

#[test]
fn published_readmes_have_no_relative_links() {
    for document in PUBLISHED {
        let text = read(document);
        let relative: Vec<_> =
            targets(&text).into_iter().filter(|target| !is_web(target)).collect();
        assert!(relative.is_empty(), "relative links in {document}: {relative:?}");
    }
}

#[test]
fn all_readmes_begin_with_the_same_example() {
    for document in PUBLISHED {
        assert_eq!(first_example(document), first_example("README.md"), "in {document}");
    }
}

#[test]
fn dead_links_are_noticed() {
    for target in ["nowhere.md", "../README.md#no-such-heading", &format!("{CHAPTERS}#no-chapter")]
    {
        assert!(!is_valid("docs/deploy.md", target), "{target}");
    }
    assert!(is_valid("docs/deploy.md", "../README.md#options"));
}
