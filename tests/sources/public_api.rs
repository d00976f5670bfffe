//! The public API is recorded in a file. A change of the file shows what changes for programs.
//!
//! The API is read from the sources, because rustdoc's JSON needs a nightly compiler. A public type
//! in a private module, such as `Choice`, has no line, because no program can name it.

use std::collections::BTreeSet;
use std::{env, fs};

use daemonize_runtime::control::{Status, StopError, Stopped};
use daemonize_runtime::{Daemon, Error, Restart};

use crate::{items, listing};

/// The sources do not say that these types can be sent to other threads and shared with them.
const _: () = {
    const fn assert_thread_safe<T: Send + Sync + 'static>() {}
    assert_thread_safe::<(Daemon, Error, Restart, Status, StopError, Stopped)>();
};

#[test]
fn the_public_api_is_the_recorded_one() {
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
        "docs/public-api.txt is out of date:\n\n{gone}{new}\naccept with: {accept}\n"
    );
}

/// The lines of `text` that `other` lacks, each after the mark.
fn missing(mark: &str, text: &str, other: &str) -> String {
    let other: BTreeSet<_> = other.lines().collect();
    text.lines()
        .filter(|line| !other.contains(line))
        .map(|line| [mark, line, "\n"].concat())
        .collect()
}
