//! Extracts the named programs from `docs/migrating.md`. The files in `migrating/` include them.
//! The tests therefore compile what the document shows.

use std::env;
use std::fs;
use std::path::Path;

const DOCUMENT: &str = "../docs/migrating.md";

fn main() {
    println!("cargo::rerun-if-changed={DOCUMENT}");
    let document = fs::read_to_string(DOCUMENT).expect("the document");
    let folder = env::var_os("OUT_DIR").expect("a folder");
    for section in document.split("\n```rust\n").collect::<Vec<_>>().windows(2) {
        let name = section[0].trim_end().rsplit('\n').next().and_then(name);
        let (program, _) = section[1].split_once("```\n").expect("the end of the program");
        if let Some(name) = name {
            fs::write(Path::new(&folder).join(name), program).expect("a program");
        }
    }
}

fn name(line: &str) -> Option<&str> {
    line.strip_prefix('`')?.strip_suffix("`:")
}
