//! How much each way to make a daemon adds to a stripped release program.

use std::fs;

use crate::contestants::FOREGROUND;
use crate::report::{Finding, table};
use crate::{Bench, Result};

pub(crate) fn measure(bench: &mut Bench) -> Result<Finding> {
    let mut sizes = Vec::new();
    for (contestant, binary) in bench.line_up.rust_programs() {
        sizes.push((contestant.name, i64::try_from(fs::metadata(binary)?.len())?));
    }
    let of = |name| sizes.iter().find(|(known, _)| *known == name).map_or(0, |(_, size)| *size);
    let base = of(FOREGROUND);
    let rows = sizes
        .iter()
        .map(|(name, size)| vec![(*name).to_owned(), size.to_string(), (size - base).to_string()]);
    let text = format!(
        "In bytes, with the default release profile and `strip = true`. Link-time optimization is off, as by \
         default.\n\n{}",
        table(&["", "size", "more than without a daemon"], rows)
    );
    Ok(Finding { title: "Size of the program", text, goals: Vec::new() })
}
