//! The recorded errors are complete, in the project's style, and the same on every machine.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

#[test]
fn programs_and_recorded_errors_come_in_pairs() {
    for file in files("ui") {
        let partner = match file.extension().and_then(OsStr::to_str) {
            Some("rs") => file.with_extension("stderr"),
            Some("stderr") => file.with_extension("rs"),
            _ => panic!("{} is neither a program nor a record of errors", file.display()),
        };
        assert!(partner.exists(), "{} is missing", partner.display());
    }
}

#[test]
fn no_error_contains_a_path_of_the_machine() {
    for (file, text) in errors("ui") {
        for line in text.lines() {
            let place = line.trim_start().strip_prefix("--> ").unwrap_or_default();
            assert!(!place.starts_with('/'), "{}: {line}", file.display());
        }
        for machine in ["/home", "/root", "/tmp", "/Users", env!("CARGO_MANIFEST_DIR")] {
            assert!(!text.contains(machine), "{} mentions {machine}", file.display());
        }
    }
}

/// The types that convert the values are private.
#[test]
fn no_error_names_a_private_type() {
    const FORMS: [&str; 6] = ["Plain", "Optional", "Switch", "Open", "Either", "NoForm"];
    let is_part = |character: char| character.is_alphanumeric() || character == '_';
    for (file, text) in errors("ui") {
        let form = text.split(|character| !is_part(character)).find(|word| FORMS.contains(word));
        assert_eq!(form, None, "{}", file.display());
        assert!(!text.contains("::options::"), "{}", file.display());
    }
}

/// Messages of the compiler change with its version. Messages of the macro do not.
#[test]
fn our_errors_contain_no_message_of_the_compiler() {
    for (file, text) in errors("ui/ours").into_iter().chain(errors("ui/every-edition")) {
        for line in
            text.lines().filter(|line| line.starts_with(|first: char| first.is_ascii_alphabetic()))
        {
            let text = line
                .strip_prefix("error: ")
                .unwrap_or_else(|| panic!("{}: {line}", file.display()));
            assert!(!text.ends_with('.'), "{}: {line}", file.display());
            assert!(
                !text.starts_with(|first: char| first.is_uppercase()),
                "{}: {line}",
                file.display()
            );
            let ways_out = text.matches("; ").count() + text.matches(", as in ").count();
            assert!(ways_out <= 1, "{}: {line}", file.display());
        }
        assert!(!text.contains("= note") && !text.contains("= help"), "{}", file.display());
    }
}

#[test]
fn the_attribute_changes_nothing_in_the_errors_of_a_body() {
    for (plain, errors_of_plain) in errors("ui/bodies/plain") {
        let name = plain.file_name().expect("a file has a name");
        let daemonized = Path::new("ui/bodies/daemonized").join(name);
        let body = |errors: &Path| {
            let program = fs::read_to_string(errors.with_extension("rs")).expect("a program");
            program.lines().skip(3).map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(body(&plain), body(&daemonized), "{}", daemonized.display());
        let errors_of_daemonized =
            fs::read_to_string(&daemonized).expect("the errors of the same body");
        assert_eq!(
            errors_of_plain.replace("bodies/plain", "bodies/daemonized"),
            errors_of_daemonized
        );
    }
}

/// Cargo only builds the programs that the manifest names.
#[test]
fn every_program_that_must_compile_is_built() {
    let manifest = fs::read_to_string("Cargo.toml").expect("the manifest");
    for file in files("must-compile") {
        let path = format!("path = {:?}\n", file.display().to_string());
        assert!(manifest.contains(&path), "the manifest does not name {}", file.display());
    }
}

/// The files of recorded errors, with their texts.
fn errors(folder: &str) -> Vec<(PathBuf, String)> {
    let errors =
        files(folder).into_iter().filter(|file| file.extension() == Some(OsStr::new("stderr")));
    errors.map(|file| (file.clone(), fs::read_to_string(file).expect("text"))).collect()
}

/// All files in a folder of this crate and in all folders below it.
fn files(folder: impl AsRef<Path>) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder of this crate");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths.flat_map(|path| if path.is_dir() { files(path) } else { vec![path] }).collect()
}
