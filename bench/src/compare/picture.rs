//! The picture: the time of each command and the memory of supervision, as labelled bars on a
//! logarithmic scale.

use std::fmt::Write as _;
use std::fs;

use super::times::ASPECTS;
use crate::Result;
use crate::contestants::target_directory;
use crate::plot::STYLE;
use crate::statistics::Samples;

const LABELS: f64 = 120.0;
const COLUMN: f64 = 128.0;
const ROW: f64 = 26.0;
const BAR: f64 = 14.0;
/// The height of the title, the explanation and the column heads.
const HEAD: f64 = 78.0;
/// The width of the number behind the longest bar.
const NUMBER: f64 = 52.0;

/// The columns: the index of an aspect, and the head.
const COLUMNS: [(usize, &str); 5] =
    [(1, "start to ready"), (2, "status"), (3, "stop"), (4, "restart"), (5, "memory")];
const MEMORY: usize = 5;

/// The values of the shortest and the longest bars, in microseconds and in KiB.
const TIMES: (f64, f64) = (300.0, 5e6);
const SIZES: (f64, f64) = (30.0, 2e5);

/// A cell of the table, in milliseconds or KiB.
pub(super) fn show(samples: &Samples, aspect: &str) -> String {
    if samples.values().is_empty() {
        "–".to_owned()
    } else if aspect == ASPECTS[MEMORY] {
        format!("{:.0}", samples.median())
    } else {
        let milliseconds = samples.median() / 1e3;
        let digits = usize::from(milliseconds < 10.0);
        format!("{milliseconds:.digits$}")
    }
}

pub(crate) fn draw() -> Result<String> {
    let text = fs::read_to_string(target_directory()?.join("compare.tsv"))
        .map_err(|error| format!("measure `compare` before you plot it: {error}"))?;
    let rows: Vec<Vec<&str>> = text.lines().map(|line| line.split('\t').collect()).collect();
    let width = LABELS + COLUMN * 5.0 + 8.0;
    let height = rows.iter().fold(HEAD + 8.0, |height, _| height + ROW);
    let mut content = String::new();
    let mut left = LABELS;
    for (aspect, title) in COLUMNS {
        writeln!(content, "<text x=\"{left}\" y=\"66\" class=\"title\">{title}</text>")?;
        let mut top = HEAD;
        for row in &rows {
            let value = row.get(aspect + 1).copied().unwrap_or_default();
            draw_bar(aspect, value.parse().ok(), left, top, &mut content)?;
            top += ROW;
        }
        left += COLUMN;
    }
    let mut baseline = HEAD + BAR - 2.0;
    for row in &rows {
        let (right, name) = (LABELS - 12.0, row[0]);
        writeln!(
            content,
            "<text x=\"{right}\" y=\"{baseline}\" text-anchor=\"end\">{name}</text>"
        )?;
        baseline += ROW;
    }
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\">\n\
         <title>The time of each command, and the memory of supervision</title>\n<style>\n{STYLE}\n</style>\n\
         <text x=\"8\" y=\"20\" class=\"title\">The time of each command, and the memory of supervision</text>\n\
         <text x=\"8\" y=\"40\">Shorter is better. The scale is logarithmic. – means that a tool does not have this.</text>\n\
         {content}</svg>\n"
    ))
}

fn draw_bar(
    aspect: usize,
    value: Option<f64>,
    left: f64,
    top: f64,
    out: &mut String,
) -> Result<()> {
    let baseline = top + BAR - 2.0;
    let Some(value) = value else {
        return Ok(writeln!(out, "<text x=\"{left}\" y=\"{baseline}\">–</text>")?);
    };
    let (shortest, longest) = if aspect == MEMORY { SIZES } else { TIMES };
    let part = (value / shortest).ln() / (longest / shortest).ln();
    let width = part.clamp(0.01, 1.0) * (COLUMN - NUMBER);
    let (class, number) = (if aspect == MEMORY { "body" } else { "prompt" }, left + width + 4.0);
    let label = label(aspect, value);
    writeln!(
        out,
        "<rect class=\"{class}\" x=\"{left}\" y=\"{top}\" width=\"{width:.1}\" height=\"{BAR}\"/>"
    )?;
    writeln!(out, "<text x=\"{number:.1}\" y=\"{baseline}\">{label}</text>")?;
    Ok(())
}

/// The value with its unit, rounded for readers.
fn label(aspect: usize, value: f64) -> String {
    let (value, units) = match aspect {
        MEMORY if value < 1000.0 => (value, "KiB"),
        MEMORY => (value / 1024.0, "MiB"),
        _ if value < 1e6 => (value / 1e3, "ms"),
        _ => (value / 1e6, "s"),
    };
    let digits = usize::from(value < 10.0);
    format!("{value:.digits$} {units}")
}
