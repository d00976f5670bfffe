//! A directory in place of crates.io, with the library as it is published.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::Result;
use crate::contestants::{cargo, sources};

const LIBRARY: [&str; 2] = ["daemonize-macros", "daemonize-runtime"];

/// Makes it, and sets it as the registry of all packages below `directory`.
pub(super) fn make(directory: &Path) -> Result<()> {
    let registry = directory.join("registry");
    if registry.exists() {
        fs::remove_dir_all(&registry)?;
    }
    run(cargo("vendor")
        .args(["--quiet", "--locked", "--manifest-path"])
        .arg(sources().join("../Cargo.toml"))
        .arg(&registry))?;
    run(cargo("package")
        .args(["--quiet", "--offline", "--no-verify", "--allow-dirty", "--manifest-path"])
        .arg(sources().join("../../Cargo.toml"))
        .args(LIBRARY.iter().flat_map(|package| ["--package", package]))
        .arg("--target-dir")
        .arg(directory.join("packages")))?;
    for package in fs::read_dir(directory.join("packages/package"))? {
        let package = package?.path();
        if package.extension().is_some_and(|extension| extension == "crate") {
            run(Command::new("tar").arg("-xf").arg(&package).arg("-C").arg(&registry))?;
            let unpacked = registry.join(package.file_stem().unwrap_or_default());
            fs::write(unpacked.join(".cargo-checksum.json"), r#"{"files":{},"package":null}"#)?;
        }
    }
    fs::create_dir_all(directory.join(".cargo"))?;
    let settings =
        "[source.crates-io]\nreplace-with = 'here'\n[source.here]\ndirectory = 'registry'\n";
    Ok(fs::write(directory.join(".cargo/config.toml"), settings)?)
}

fn run(command: &mut Command) -> Result<()> {
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).status()?;
    if status.success() { Ok(()) } else { Err(format!("{command:?} failed").into()) }
}
