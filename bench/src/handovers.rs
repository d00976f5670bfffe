//! Context switches, migrations and page faults of a start. The kernel counts them for the launcher
//! and its descendants.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use crate::contestants::{Contestant, ORIGINAL};
use crate::launch::{Start, finish};
use crate::processes::await_calm;
use crate::race::PATIENCE_FOR_CALM;
use crate::report::{Finding, table};
use crate::{Bench, Result};

const ROUNDS: usize = 100;

const EVENTS: [&str; 3] = ["context-switches", "cpu-migrations", "page-faults"];

struct Counts<'a> {
    contestant: &'a Contestant,
    /// The sums over all starts.
    sums: [f64; EVENTS.len()],
}

pub(crate) fn measure(bench: &mut Bench) -> Result<Finding> {
    let title = "Context switches";
    if Command::new("perf").arg("--version").output().is_err() {
        let text = "Not measured: `perf` is not installed.".into();
        return Ok(Finding { title, text, goals: Vec::new() });
    }
    let rounds = bench.rounds(ROUNDS);
    let programs = bench.line_up.all().into_iter().filter(|it| it.name != ORIGINAL);
    let mut counts: Vec<Counts> =
        programs.map(|contestant| Counts { contestant, sums: [0.0; EVENTS.len()] }).collect();
    let mut patience = PATIENCE_FOR_CALM;
    for _ in 0..rounds {
        for counts in bench.random.order(&mut counts) {
            counts.add(&mut patience)?;
        }
    }
    #[allow(clippy::cast_precision_loss, reason = "there are few rounds")]
    let mean = |sum: f64| format!("{:.1}", sum / rounds as f64);
    let rows = counts.iter().map(|Counts { contestant, sums }| {
        [contestant.name.to_owned()].into_iter().chain(sums.map(mean)).collect()
    });
    let text = format!(
        "Means of {rounds} starts, counted by `perf` for the launcher and its descendants until the launcher ends. On \
         an idle machine, a processor has to wake up for each switch.\n\n{}",
        table(&["", "context switches", "migrations", "page faults"], rows)
    );
    Ok(Finding { title, text, goals: Vec::new() })
}

impl Counts<'_> {
    fn add(&mut self, patience: &mut Duration) -> Result<()> {
        let counted = self.contestant.directory.join("counted");
        let words = ["perf", "stat", "-x,", "-e", &EVENTS.join(","), "-o"].map(PathBuf::from);
        let words: Vec<PathBuf> = words.into_iter().chain([counted.clone(), "--".into()]).collect();
        let command = self.contestant.leaving_command(&words);
        await_calm(patience)?;
        let mut start = Start::spawn(self.contestant, command, &self.contestant.directory)?;
        start.await_prompt()?;
        finish(&[start.await_body()?], self.contestant)?;
        let text = fs::read_to_string(counted)?;
        for (sum, event) in self.sums.iter_mut().zip(EVENTS) {
            let line = text.lines().find(|line| line.contains(event));
            let number = line.and_then(|line| line.split(',').next());
            *sum +=
                number.ok_or_else(|| format!("`perf` does not count {event}"))?.parse::<f64>()?;
        }
        Ok(())
    }
}
