//! The public interface is the recorded one, so that nobody changes it without seeing what changes
//! for programs.
//!
//! It is read from the sources, because rustdoc's own data is for nightly compilers. Types that are
//! public in a private module, such as `Choice`, have no lines of their own: no program can name
//! them.

use std::collections::BTreeSet;
use std::{env, fs};

use daemonize_runtime::control::{Status, StopError, Stopped};
use daemonize_runtime::{Daemon, Error, Restart};

use crate::{items, listing};

/// What the sources do not spell out: all values travel between threads.
const _: () = {
    const fn travels<T: Send + Sync + 'static>() {}
    travels::<(Daemon, Error, Restart, Status, StopError, Stopped)>();
};

#[test]
fn the_public_interface_is_the_recorded_one() {
    let record = items::of_workspace("docs/public-api.txt");
    let found = listing::interface();
    if env::var_os("ACCEPT").is_some() {
        return fs::write(&record, found).expect("the record can be written");
    }
    let recorded = items::read(&record);
    let (gone, new) = (missing("- ", &recorded, &found), missing("+ ", &found, &recorded));
    let accept = "ACCEPT=1 cargo test -p tests public_api";
    assert!(
        recorded == found,
        "docs/public-api.txt is not up to date:\n\n{gone}{new}\nto accept this: {accept}\n"
    );
}

/// The lines of `text` that are missing in `other`.
fn missing(mark: &str, text: &str, other: &str) -> String {
    let other: BTreeSet<_> = other.lines().collect();
    text.lines()
        .filter(|line| !other.contains(line))
        .map(|line| [mark, line, "\n"].concat())
        .collect()
}
