//! Compiles every program in `ui/` and compares the errors with the `.stderr` file beside it. The
//! crates `edition-*` compile the programs in `ui/every-edition`.

use std::env;
use std::process::Command;

/// The compiler that the errors in `ui/rustc` and `ui/bodies` come from.
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
            "skipped `ui/rustc` and `ui/bodies`: their errors come from {}, not from this compiler",
            PINNED.trim_end()
        );
    }
}

fn is_pinned() -> bool {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version = Command::new(rustc).arg("--version").output().expect("a compiler");
    version.stdout.starts_with(PINNED.as_bytes())
}
