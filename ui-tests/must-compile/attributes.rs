//! Attributes above, below and inside of `main`. Each has the same effect as without
//! `#[daemonize]`.
#![deny(
    missing_docs,
    unfulfilled_lint_expectations,
    unreachable_pub,
    unused_attributes,
    unused_must_use
)]

use daemonize_runtime::daemonize;

#[cfg(any())]
#[daemonize(no_such_option)]
fn main() {}

/// What it does.
#[cfg(not(any()))]
#[cfg_attr(all(), daemonize(redirect = std::env::var("LOG").unwrap()))]
#[expect(clippy::unwrap_used, unused_variables, reason = "one in an option, one in the body")]
#[inline]
#[rustfmt::skip]
fn main() {
    #![allow(unused_mut)]
    //! Inside of it.
    let mut unused = 5;
    below::main();
    inside_of_a_block();
}

mod below {
    /// A lint level below our attribute applies to the options, too.
    #[daemonize_runtime::daemonize(chdir = "/".parse::<std::path::PathBuf>().unwrap())]
    #[allow(clippy::unwrap_used)]
    #[cold]
    pub(crate) fn main() {}
}

fn inside_of_a_block() {
    #[daemonize(chdir = false)]
    fn main() {}
    main();
}
