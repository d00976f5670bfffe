//! What a way to make a daemon adds to a stripped release program.

use std::fs;

use crate::contestants::{ATTRIBUTE, FOREGROUND};
use crate::report::{Finding, Goal, table};
use crate::{Bench, Result};

const MOST_ADDED: i64 = 25_000;

pub(crate) fn measure(bench: &mut Bench) -> Result<Finding> {
    let mut sizes = Vec::new();
    for (contestant, binary) in bench.line_up.rust_programs() {
        sizes.push((contestant.name, i64::try_from(fs::metadata(binary)?.len())?));
    }
    let of = |name| sizes.iter().find(|(known, _)| *known == name).map_or(0, |(_, size)| *size);
    let base = of(FOREGROUND);
    let added = of(ATTRIBUTE) - base;
    let rows = sizes
        .iter()
        .map(|(name, size)| vec![(*name).to_owned(), size.to_string(), (size - base).to_string()]);
    let text = format!(
        "In bytes, with the default release profile and `strip = true`. Link-time optimization is off, as it is by \
         default.\n\n{}",
        table(&["", "size", "more than without a daemon"], rows)
    );
    let goal = Goal {
        what: "bytes more in the program",
        limit: MOST_ADDED.to_string(),
        measured: added.to_string(),
        is_met: added <= MOST_ADDED,
    };
    Ok(Finding { title: "Size of the program", text, goals: vec![goal] })
}
