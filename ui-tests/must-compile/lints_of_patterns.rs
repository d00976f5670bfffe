//! The attribute adds no warning to a strict program whose parameter is a pattern.
#![deny(warnings, clippy::all, clippy::pedantic, clippy::nursery, clippy::restriction)]
#![deny(let_underscore_drop, unused_qualifications, unused_results, tail_expr_drop_order)]
#![allow(
    clippy::blanket_clippy_restriction_lints,
    clippy::implicit_return,
    clippy::pattern_type_mismatch,
    reason = "lints that demand the opposite are on, too"
)]

/// The body does not use what the options use.
mod only_for_options {
    use super::{args, daemonize};

    #[daemonize(before = args(), commands = true, when = log.is_empty())]
    pub(crate) fn main(super::Args { log, .. }: super::Args) {}
}

use core::mem::drop as end;
use daemonize_runtime::daemonize;

/// The arguments.
struct Args {
    /// The log level.
    level: (u8, String),
    /// The log file.
    log: String,
}

/// The default arguments.
const fn args() -> Args {
    Args { level: (1, String::new()), log: String::new() }
}

#[daemonize(before = args(), redirect = &log, when = text.is_empty())]
#[neighbours::instrument]
fn main(Args { level: (level, text), mut log }: Args) {
    log.clear();
    end((level, log, text));
    only_for_options::main();
}
