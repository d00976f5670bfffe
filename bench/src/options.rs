//! How much each option adds to a stripped release program. There is a program without options and
//! one for each option.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use crate::contestants::{cargo, sources, target_directory};
use crate::report::{Finding, Goal, table};
use crate::{Bench, Result};

/// How many bytes the attribute without options may add.
const MOST_ADDED: i64 = 96_000;

/// The name for the report, the options of the attribute, the parameter of `main`, and the body.
type Program = (&'static str, &'static str, &'static str, &'static str);

const PLAIN: Program = ("`#[daemonize]` alone", "", "", "");

const PROGRAMS: [Program; 20] = [
    ("`redirect`", "redirect = \"bot.log\"", "", ""),
    ("`stdout` and `stderr`", "stdout = \"bot.log\", stderr = \"bot.err\"", "", ""),
    ("`chdir`", "chdir = \"/srv\"", "", ""),
    ("`pid_file`", "pid_file = \"/run/bot.pid\"", "", ""),
    ("`create_dirs`", "pid_file = \"/run/bot/bot.pid\", create_dirs = true", "", ""),
    ("`umask`", "umask = 0o027", "", ""),
    ("`user`", "user = \"bot\"", "", ""),
    ("`chroot`", "chroot = \"/srv/bot\"", "", ""),
    ("`when`", "when = std::env::args().len() < 2", "", ""),
    ("`before`", "before = std::env::args().len()", "_count: usize", ""),
    ("`wait_ready`", "wait_ready = 30", "", "daemonize_runtime::ready();"),
    ("`redirect` with `reopen`", "redirect = \"bot.log\", reopen = true", "", ""),
    ("`restart`", "restart = \"on-failure\"", "", ""),
    ("`restart` with `stop_timeout`", "restart = \"on-failure\", stop_timeout = 30", "", ""),
    ("`restart` with `stop_signal`", "restart = \"on-failure\", stop_signal = \"INT\"", "", ""),
    ("`restart` with `wait_ready`", "restart = \"on-failure\", wait_ready = 30", "", ""),
    ("`commands`", "commands = true", "", ""),
    ("`commands` with `redirect`", "commands = true, redirect = \"bot.log\"", "", ""),
    ("`notify()` in the body", "", "", "daemonize_runtime::notify(\"STATUS=up\");"),
    (
        "nearly all options",
        "commands = true, restart = \"on-failure\", wait_ready = 30, user = \"bot\", umask = 0o027, \
         chroot = \"/srv/bot\", redirect = \"bot.log\", reopen = true, create_dirs = true, \
         stop_signal = \"INT\", stop_timeout = 30",
        "",
        "daemonize_runtime::ready();",
    ),
];

pub(crate) fn measure(_bench: &mut Bench) -> Result<Finding> {
    let package = target_directory()?.join("options");
    write(&package)?;
    let status = cargo("build")
        .args(["--quiet", "--offline", "--release", "--target-dir", "target"])
        .current_dir(&package)
        .stdin(Stdio::null())
        .status()?;
    if !status.success() {
        return Err("cannot build the programs with options".into());
    }
    let size = |name: &str| -> Result<i64> {
        Ok(fs::metadata(package.join("target/release").join(name))?.len().try_into()?)
    };
    let plain = size("plain")?;
    let added = plain - size("none")?;
    let mut rows = vec![vec![PLAIN.0.to_owned(), added.to_string(), String::new()]];
    for (index, (name, ..)) in PROGRAMS.iter().enumerate() {
        let more = size(&file_name(index))? - plain;
        rows.push(vec![(*name).to_owned(), (added + more).to_string(), more.to_string()]);
    }
    let text = format!(
        "In bytes, with the default release profile and `strip = true`. The program prints a line \
         and ends. Parts of a file are padded to a full page. An option may therefore seem to add \
         nothing or to make the program smaller.\n\n{}",
        table(&["", "more than without the attribute", "more than the attribute alone"], rows)
    );
    let goal = Goal {
        what: "bytes added by `#[daemonize]` alone",
        limit: MOST_ADDED.to_string(),
        measured: added.to_string(),
        is_met: added <= MOST_ADDED,
    };
    Ok(Finding { title: "Size of each option", text, goals: vec![goal] })
}

fn file_name(index: usize) -> String {
    format!("option_{index}")
}

/// Writes a package with a program for each row. The benchmark's lock file has the versions of all
/// packages. The build needs no network.
fn write(package: &Path) -> Result<()> {
    let programs: PathBuf = package.join("src/bin");
    fs::create_dir_all(&programs)?;
    fs::copy(sources().join("../Cargo.lock"), package.join("Cargo.lock"))?;
    let manifest = format!(
        "[package]\nname = 'options'\nedition = '2024'\n[workspace]\n[dependencies]\n\
         daemonize-runtime = {{ path = '{}/../daemonize-runtime' }}\n[profile.release]\nstrip = true\n",
        env!("CARGO_MANIFEST_DIR")
    );
    fs::write(package.join("Cargo.toml"), manifest)?;
    fs::write(programs.join("none.rs"), program("", "", ""))?;
    let (_, options, parameter, body) = PLAIN;
    fs::write(programs.join("plain.rs"), with_attribute(options, parameter, body))?;
    for (index, (_, options, parameter, body)) in PROGRAMS.iter().enumerate() {
        let text = with_attribute(options, parameter, body);
        fs::write(programs.join(file_name(index)).with_extension("rs"), text)?;
    }
    Ok(())
}

fn with_attribute(options: &str, parameter: &str, body: &str) -> String {
    let attribute = format!("#[daemonize_runtime::daemonize({options})]\n");
    program(&attribute, parameter, body)
}

fn program(attribute: &str, parameter: &str, body: &str) -> String {
    format!(
        "{attribute}fn main({parameter}) {{\n{body}\nprintln!(\"{{}}\", std::process::id());\n}}\n"
    )
}
