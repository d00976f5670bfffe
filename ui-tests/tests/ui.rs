//! Compiles every program in `ui/` and compares what the compiler says with the `.stderr` file
//! beside it. The programs in `ui/every-edition` are compiled by the crates `edition-*`.

use std::env;
use std::process::Command;

/// The compiler whose own words are in `ui/rustc` and `ui/bodies`.
const PINNED: &str = "rustc 1.95.0 ";

#[test]
fn errors() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("ui/ours/*.rs");
    if is_pinned() {
        cases.compile_fail("ui/rustc/*.rs");
        cases.compile_fail("ui/bodies/*/*.rs");
    } else {
        println!(
            "skipped: `ui/rustc` and `ui/bodies` hold the words of {PINNED}and this is another compiler"
        );
    }
}

fn is_pinned() -> bool {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version = Command::new(rustc)
        .arg("--version")
        .output()
        .expect("a compiler is here, or this test were not");
    version.stdout.starts_with(PINNED.as_bytes())
}
