//! What an editor offers and explains between the parentheses of the attribute. The tests ask
//! rust-analyzer. They are ignored if it is not installed.

mod session;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::{env, fs};

use libtest_mimic::{Arguments, Failed, Trial};
use session::Session;

/// The program above the attribute.
const HEAD: &str = r#"use daemonize_runtime::daemonize;

const LOG_FILE: &str = "out.log";

struct Args {
    log: String,
}

impl Args {
    fn parse() -> Args {
        Args { log: String::new() }
    }
}

"#;

const PLAIN: &str = "fn main() {}";
const WITH_ARGS: &str = "fn main(args: Args) { drop(args.log); }";
const WITH_PATTERN: &str = "fn main(Args { log }: Args) { drop(log); }";

type Test = fn(&mut Session) -> Result<(), Failed>;

const TESTS: [(&str, Test); 5] = [
    ("the_names_of_options_are_offered", names),
    ("given_options_are_not_offered_again", given_names),
    ("values_are_offered", values),
    ("options_are_explained", explanations),
    ("correct_attributes_have_no_errors", complaints),
];

fn main() -> ExitCode {
    let is_installed = Command::new("rust-analyzer")
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    // All tests share one server, because it takes a while to load a program.
    let server = Arc::new(Mutex::new(None));
    let trials = TESTS.map(|(name, test)| {
        let server = Arc::clone(&server);
        let run = move || {
            let mut server = server.lock().unwrap_or_else(PoisonError::into_inner);
            test(server.get_or_insert_with(|| Session::open(&package())))
        };
        Trial::test(name, run).with_ignored_flag(!is_installed)
    });
    let conclusion = libtest_mimic::run(&Arguments::from_args(), trials.into());
    drop(server.lock().unwrap_or_else(PoisonError::into_inner).take());
    conclusion.exit_code()
}

/// A package outside the workspace. The server then loads no more than it needs.
fn package() -> PathBuf {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let package = Path::new(env!("CARGO_TARGET_TMPDIR")).join("editor");
    let runtime = workspace.join("daemonize-runtime");
    let runtime = runtime.to_str().expect("the path is UTF-8");
    let manifest = format!(
        "[package]\nname = \"editor\"\nedition = \"2024\"\n\n[dependencies]\n\
         daemonize-runtime.path = {runtime:?}\n\n[workspace]\n"
    );
    fs::create_dir_all(package.join("src")).expect("a folder of the tests");
    fs::write(package.join("Cargo.toml"), manifest).expect("a manifest");
    fs::write(package.join("src/main.rs"), [HEAD, PLAIN].concat()).expect("a program");
    // The same versions, which are downloaded already.
    fs::copy(workspace.join("Cargo.lock"), package.join("Cargo.lock")).expect("the versions");
    package
}

fn program(attribute: &str, function: &str) -> String {
    format!("{HEAD}#[daemonize{attribute}]\n{function}\n")
}

fn names(server: &mut Session) -> Result<(), Failed> {
    for (attribute, function) in [
        ("(|)", PLAIN),
        ("[|]", PLAIN),
        ("(\n    |\n)", WITH_ARGS),
        ("(re|)", PLAIN),
        ("(chdir = false, |)", PLAIN),
        ("(chdir = false,\n    |\n)", PLAIN),
        ("(|, chdir = false)", PLAIN),
        ("(chdir = 5, u|, stdin = \"in\")", PLAIN),
        ("(redirct = LOG_FILE, |)", PLAIN),
        ("(before = Args::parse(), |)", WITH_ARGS),
        ("(re|, before = Args::parse())", WITH_PATTERN),
        ("(crate = daemonize_runtime, |)", PLAIN),
    ] {
        let offered = server.completions(&program(attribute, function));
        for name in ["redirect", "wait_ready", "commands", "user"] {
            if !offered.iter().any(|offer| offer == name) {
                return Err(format!("{attribute}: no `{name}` in {offered:?}").into());
            }
        }
    }
    Ok(())
}

fn given_names(server: &mut Session) -> Result<(), Failed> {
    let attribute = "(chdir = false, before = Args::parse(), commands = true, |)";
    let offered = server.completions(&program(attribute, WITH_ARGS));
    if !offered.iter().any(|offer| offer == "redirect") {
        return Err(format!("no `redirect` in {offered:?}").into());
    }
    for name in ["chdir", "before", "commands"] {
        if offered.iter().any(|offer| offer == name) {
            return Err(format!("`{name}` is offered again").into());
        }
    }
    Ok(())
}

fn values(server: &mut Session) -> Result<(), Failed> {
    for (attribute, function, expected) in [
        ("(redirect = |)", PLAIN, "LOG_FILE"),
        ("(redirect = LO|, chdir = false)", PLAIN, "LOG_FILE"),
        ("(chdir = |)", PLAIN, "true"),
        ("(chdir = |, redirect = \"a\")", PLAIN, "false"),
        ("(commands = |)", PLAIN, "true"),
        ("(redirct = |)", PLAIN, "LOG_FILE"),
        ("(before = Args::|)", WITH_ARGS, "parse"),
        ("(before = Args::parse(), redirect = |)", WITH_ARGS, "args"),
        ("(before = Args::parse(), redirect = &args.|)", WITH_ARGS, "log"),
        ("(before = Args::parse(), redirect = &args.l|)", WITH_ARGS, "log"),
        ("(before = Args::parse(), redirect = |)", WITH_PATTERN, "log"),
        ("(restart = daemonize_runtime::Restart::|)", PLAIN, "on_failure"),
        ("(crate = daemonize_runtime::|)", PLAIN, "Daemon"),
    ] {
        let offered = server.completions(&program(attribute, function));
        if !offered.iter().any(|offer| offer == expected) {
            return Err(format!("{attribute}: no `{expected}` in {offered:?}").into());
        }
    }
    Ok(())
}

fn explanations(server: &mut Session) -> Result<(), Failed> {
    for (attribute, function, expected) in [
        ("(redi|rect = LOG_FILE)", PLAIN, "Appends standard output"),
        ("(redirect = LOG|_FILE)", PLAIN, "const LOG_FILE"),
        ("(bef|ore = Args::parse())", WITH_ARGS, "before anything is detached"),
        ("(comm|ands = true)", PLAIN, "`status`"),
        ("(cra|te = daemonize_runtime)", PLAIN, "renamed"),
    ] {
        let explanation = server.explanation(&program(attribute, function));
        if !explanation.contains(expected) {
            return Err(format!("{attribute}: no `{expected}` in {explanation:?}").into());
        }
    }
    Ok(())
}

fn complaints(server: &mut Session) -> Result<(), Failed> {
    for (attribute, function) in [
        ("", PLAIN),
        ("()", PLAIN),
        ("(chdir = false,)", PLAIN),
        ("(before = Args::parse())", WITH_ARGS),
        ("(before = Args::parse(), redirect = &log,)", WITH_PATTERN),
        ("(commands = true, crate = daemonize_runtime)", PLAIN),
        ("(before = Args::parse(), crate = daemonize_runtime, when = true)", WITH_PATTERN),
    ] {
        let complaints = server.complaints(&program(attribute, function));
        if !complaints.is_empty() {
            return Err(format!("{attribute}: {complaints:?}").into());
        }
    }
    // One mistake is one error.
    let complaints = server.complaints(&program("(redirct = LOG_FILE)", PLAIN));
    if complaints.len() == 1 { Ok(()) } else { Err(format!("{complaints:?}").into()) }
}
