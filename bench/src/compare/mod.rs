//! Comparison with other tools that keep a program running, with the same workload.

mod installed;
mod machine;
mod picture;
mod times;
mod tool;

use std::fmt::Write as _;
use std::fs;

pub(crate) use machine::{INSIDE, measure_inside};
pub(crate) use picture::draw;

use crate::contestants::target_directory;
use crate::report::{Finding, table};
use crate::statistics::Samples;
use crate::{Bench, Result};
use installed::{Places, TOOLS};
use times::ASPECTS;
use tool::Tool;

const ROUNDS: usize = 7;

pub(crate) fn measure(bench: &mut Bench) -> Result<Finding> {
    let rounds = bench.rounds(ROUNDS).max(3);
    let target = target_directory()?;
    let places = Places { programs: target.join("release"), directories: target.join("compared") };
    let mut tools = Vec::new();
    let mut left_out = Vec::new();
    for (name, set_up) in TOOLS {
        match set_up(&places) {
            Ok(Some(tool)) => tools.push(tool),
            Ok(None) => left_out.push(format!("{name} (it is not installed)")),
            Err(why) => left_out.push(format!("{name} ({why})")),
        }
    }
    for _ in 0..rounds {
        bench.random.order(&mut tools).into_iter().for_each(Tool::try_round);
    }
    for tool in &mut tools {
        // After an error, the runner ends what is left with all other processes.
        let _ = tool.end();
        left_out.extend(tool.failure.iter().map(|why| format!("{} ({why})", tool.name)));
    }
    tools.retain(|tool| tool.failure.is_none());
    match machine::measure(&places, rounds) {
        Ok(tool) => tools.push(tool),
        Err(why) => left_out.push(format!("{} ({why})", machine::NAME)),
    }
    save(&tools)?;
    Ok(Finding {
        title: "Comparison with other tools",
        text: text(&tools, &left_out, rounds)?,
        goals: Vec::new(),
    })
}

fn text(tools: &[Tool], left_out: &[String], rounds: usize) -> Result<String> {
    let head = [
        "",
        "start returns",
        "program is ready",
        "`status`",
        "stop",
        "restart after a crash",
        "supervision, KiB",
    ];
    let mut text = format!(
        "Each tool runs a small program that reports when it is ready and then sleeps. Medians of {rounds} rounds in \
         milliseconds, measured from outside. *start returns*, *`status`*, *stop*: until the command has ended, for \
         *stop* also the program. *program is ready*: from the start command until the program reports that it is \
         ready. *restart after a crash*: from a SIGKILL to the program until its successor is ready. *supervision*: the \
         proportional memory of the process that restarts the program. A permanent supervisor is started before the \
         measurement. – means that a tool does not have this.\n\n\
         ![The time of each command](compare.svg)\n\n{}\n",
        table(&head, tools.iter().map(row))
    );
    for Tool { name, what, .. } in tools {
        writeln!(text, "- **{name}**: {what}.")?;
    }
    if !left_out.is_empty() {
        writeln!(text, "\nLeft out: {}.", left_out.join(", "))?;
    }
    Ok(text)
}

fn row(tool: &Tool) -> Vec<String> {
    let cells = tool.times.all().into_iter().zip(ASPECTS);
    let cells = cells.map(|(samples, aspect)| picture::show(samples, aspect));
    [tool.name.to_owned()].into_iter().chain(cells).collect()
}

/// Keeps the medians for the picture.
fn save(tools: &[Tool]) -> Result<()> {
    let mut lines = String::new();
    for tool in tools {
        let medians = tool
            .times
            .all()
            .map(|samples| median(samples).map_or_else(String::new, |it| it.to_string()));
        writeln!(lines, "{}\t{}", tool.name, medians.join("\t"))?;
    }
    Ok(fs::write(target_directory()?.join("compare.tsv"), lines)?)
}

fn median(samples: &Samples) -> Option<f64> {
    (!samples.values().is_empty()).then(|| samples.median())
}
