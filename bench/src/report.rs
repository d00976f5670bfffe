//! The report in Markdown: what it was measured on, the goals, and a section for each measurement.

use std::fmt;
use std::process::Command;
use std::{fs, thread};

/// What a measurement has found.
pub(crate) struct Finding {
    pub(crate) title: &'static str,
    pub(crate) text: String,
    pub(crate) goals: Vec<Goal>,
}

/// Something that was to be reached.
pub(crate) struct Goal {
    pub(crate) what: &'static str,
    pub(crate) limit: String,
    pub(crate) measured: String,
    pub(crate) is_met: bool,
}

pub(crate) struct Report(Vec<Finding>);

impl Report {
    pub(crate) fn new() -> Self {
        Self(Vec::new())
    }

    pub(crate) fn add(&mut self, finding: Finding) {
        self.0.push(finding);
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "# What a start costs\n\n{}", wrapped(&conditions()))?;
        let goals: Vec<&Goal> = self.0.iter().flat_map(|finding| &finding.goals).collect();
        if !goals.is_empty() {
            let rows = goals.iter().map(|goal| {
                let verdict = if goal.is_met { "met" } else { "**missed**" };
                vec![goal.what.into(), goal.limit.clone(), goal.measured.clone(), verdict.into()]
            });
            write!(f, "\n## The goals\n\n{}", table(&["goal", "at most", "measured", ""], rows))?;
        }
        for Finding { title, text, .. } in &self.0 {
            write!(f, "\n## {title}\n\n{}", wrapped(text.trim_end()))?;
        }
        Ok(())
    }
}

fn conditions() -> String {
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    // The rest of the name says whose build it is.
    let kernel = kernel.trim().split('-').next().unwrap_or_default();
    let processors = thread::available_parallelism().map_or(1, usize::from);
    let rustc = Command::new("rustc")
        .arg("--version")
        .output()
        .map(|output| output.stdout)
        .unwrap_or_default();
    let rustc = String::from_utf8_lossy(&rustc);
    let rustc = rustc.split_whitespace().nth(1).unwrap_or("unknown");
    format!(
        "Linux {kernel}, {processors} processors, rustc {rustc}. Times depend on the machine; look at the ratios of \
         medians. The brackets hold the quartiles of a time, and the 95 % interval of a ratio. All contestants of a \
         table took part in one run, in a new random order each round.\n\n\
         Made by `cargo run --release --manifest-path bench/Cargo.toml`.\n\n\
         ![The time of a start, against the hand-written Rust](benchmark.svg)\n"
    )
}

/// Prose in lines that anybody can read; tables and pictures stay as they are.
fn wrapped(text: &str) -> String {
    const WIDTH: usize = 100;
    let mut wrapped = String::new();
    for line in text.lines() {
        if line.starts_with(['|', '!']) {
            wrapped.push_str(line);
            wrapped.push('\n');
            continue;
        }
        let indent = if line.starts_with("- ") { "  " } else { "" };
        let mut width = 0;
        for word in line.split(' ').filter(|word| !word.is_empty()) {
            let length = word.chars().count();
            if width > 0 && width + 1 + length > WIDTH {
                wrapped.push('\n');
                wrapped.push_str(indent);
                width = indent.len();
            } else if width > 0 {
                wrapped.push(' ');
                width += 1;
            }
            wrapped.push_str(word);
            width += length;
        }
        wrapped.push('\n');
    }
    wrapped
}

/// A Markdown table.
pub(crate) fn table(head: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let head: Vec<String> = head.iter().map(|&cell| cell.to_owned()).collect();
    let rule = vec!["---".to_owned(); head.len()];
    let rows: String = rows.into_iter().map(|cells| line(&cells)).collect();
    line(&head) + &line(&rule) + &rows
}
