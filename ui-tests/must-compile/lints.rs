//! The attribute adds no warning to a program without warnings, however strict its lints are.
#![deny(warnings)]
#![forbid(unsafe_code)]
#![deny(
    absolute_paths_not_starting_with_crate,
    ambiguous_negative_literals,
    elided_lifetimes_in_paths,
    explicit_outlives_requirements,
    keyword_idents,
    let_underscore_drop,
    macro_use_extern_crate,
    meta_variable_misuse,
    missing_copy_implementations,
    missing_debug_implementations,
    missing_docs,
    non_ascii_idents,
    redundant_imports,
    redundant_lifetimes,
    rust_2018_idioms,
    rust_2021_compatibility,
    rust_2024_compatibility,
    single_use_lifetimes,
    tail_expr_drop_order,
    trivial_casts,
    trivial_numeric_casts,
    unit_bindings,
    unnameable_types,
    unreachable_pub,
    unused_extern_crates,
    unused_import_braces,
    unused_lifetimes,
    unused_macro_rules,
    unused_qualifications,
    unused_results,
    variant_size_differences
)]
// All of clippy, except for what this program does on purpose.
#![deny(clippy::all, clippy::pedantic, clippy::nursery, clippy::restriction)]
#![allow(
    clippy::blanket_clippy_restriction_lints,
    clippy::implicit_return,
    clippy::question_mark_used,
    reason = "lints that demand the opposite are on, too"
)]

use core::error::Error;
use daemonize_runtime::daemonize;
use std::env::{VarError, var};
use std::io::{Write as _, stdout};

/// The configuration from the environment.
struct Args {
    /// The log file.
    log: String,
}

/// Reads the environment.
#[expect(clippy::single_call_fn, reason = "only the attribute calls it")]
fn parse() -> Result<Args, VarError> {
    Ok(Args { log: var("LOG")? })
}

/// Writes one line.
#[daemonize(before = parse()?, redirect = &args.log, chdir = false, pid_file = "lints.pid", when = args.log.is_empty())]
fn main(args: Args) -> Result<(), Box<dyn Error>> {
    Ok(writeln!(stdout(), "{}", args.log)?)
}
