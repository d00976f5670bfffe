//! Interleaved starts of several contestants.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use bench::HEAP_VARIABLE;

use crate::Result;
use crate::contestants::{Contestant, HANDWRITTEN, ORIGINAL, target_directory};
use crate::launch::{Start, finish};
use crate::processes::await_calm;
use crate::random::Random;
use crate::report::table;
use crate::statistics::Samples;

pub(crate) struct Race<'a> {
    pub(crate) lanes: Vec<Lane<'a>>,
    /// The heap of each program before it becomes a daemon.
    heap_mebibytes: usize,
    /// Whether each start waits until nothing else runs.
    awaits_calm: bool,
    /// How long all starts together may still wait for that.
    patience: Duration,
    rounds: usize,
}

/// An idle machine needs a fifth of this.
pub(crate) const PATIENCE_FOR_CALM: Duration = Duration::from_secs(60);

/// An interpreter leaves cold caches for the next contestant. It therefore starts in every tenth
/// round only.
const ROUNDS_OF_SLOW: usize = 10;

pub(crate) struct Lane<'a> {
    pub(crate) contestant: &'a Contestant,
    /// The times to the end of the launcher.
    pub(crate) prompt: Samples,
    /// The times to the first act of the body.
    pub(crate) body: Samples,
    /// How often the PID file named the daemon when the launcher had ended.
    pub(crate) recorded: usize,
    /// How many starts found a calm machine, in a race that waits for it.
    pub(crate) calm: usize,
}

impl<'a> Race<'a> {
    pub(crate) fn new(contestants: impl IntoIterator<Item = &'a Contestant>) -> Self {
        let lane = |contestant| Lane {
            contestant,
            prompt: Samples::default(),
            body: Samples::default(),
            recorded: 0,
            calm: 0,
        };
        let lanes = contestants.into_iter().map(lane).collect();
        Self {
            lanes,
            heap_mebibytes: 0,
            awaits_calm: false,
            patience: PATIENCE_FOR_CALM,
            rounds: 0,
        }
    }

    /// Gives each program a heap. The time then begins when the heap is filled.
    pub(crate) fn with_heap(mut self, mebibytes: usize) -> Self {
        self.heap_mebibytes = mebibytes;
        self
    }

    /// Makes each start wait until nothing else runs.
    pub(crate) fn in_calm(mut self) -> Self {
        self.awaits_calm = true;
        self
    }

    /// Starts each contestant once, in random order.
    pub(crate) fn round(&mut self, random: &mut Random) -> Result<()> {
        let has_slow = self.rounds.is_multiple_of(ROUNDS_OF_SLOW);
        self.rounds += 1;
        let lanes =
            self.lanes.iter_mut().filter(|lane| has_slow || lane.contestant.name != ORIGINAL);
        for lane in random.order(lanes) {
            if self.awaits_calm {
                lane.calm += usize::from(await_calm(&mut self.patience)?);
            }
            lane.start(self.heap_mebibytes)?;
        }
        Ok(())
    }

    pub(crate) fn lane(&self, name: &str) -> Result<&Lane<'a>> {
        let lane = self.lanes.iter().find(|lane| lane.contestant.name == name);
        lane.ok_or_else(|| format!("{name} does not take part").into())
    }

    /// All lanes relative to the hand-written Rust.
    pub(crate) fn table(&self, random: &mut Random) -> Result<String> {
        let base = self.lane(HANDWRITTEN)?;
        let rows: Vec<_> = self.lanes.iter().map(|lane| lane.row(base, random)).collect();
        let head = [
            "",
            "prompt, µs",
            "prompt, ratio",
            "body, µs",
            "body, ratio",
            "PID file correct at the prompt",
        ];
        Ok(table(&head, rows))
    }

    /// Saves the times for the plot.
    pub(crate) fn save(&self, group: &str) -> Result<()> {
        let mut lines = String::new();
        for Lane { contestant, prompt, body, .. } in &self.lanes {
            for (prompt, body) in prompt.values().iter().zip(body.values()) {
                writeln!(lines, "{}\t{prompt:.1}\t{body:.1}", contestant.name)?;
            }
        }
        Ok(fs::write(path_of(group)?, lines)?)
    }
}

impl Lane<'_> {
    fn start(&mut self, heap_mebibytes: usize) -> Result<()> {
        let mut command = self.contestant.command();
        if heap_mebibytes > 0 {
            command.env(HEAP_VARIABLE, heap_mebibytes.to_string());
        }
        let mut start = Start::spawn(self.contestant, command, &self.contestant.directory)?;
        let prompt = start.await_prompt()?;
        let recorded = start.recorded_pid();
        let body = start.await_body()?;
        let zero = if heap_mebibytes > 0 { body.prepared } else { start.spawned };
        self.prompt.push_time(zero, prompt);
        self.body.push_time(zero, body.began);
        self.recorded += usize::from(recorded == Some(body.pid));
        finish(&[body], self.contestant)
    }

    fn row(&self, base: &Lane, random: &mut Random) -> Vec<String> {
        let rounds = self.prompt.values().len();
        vec![
            self.contestant.name.to_owned(),
            self.prompt.quartiles().to_string(),
            self.prompt.ratio_to(&base.prompt, random).to_string(),
            self.body.quartiles().to_string(),
            self.body.ratio_to(&base.body, random).to_string(),
            if self.contestant.is_foreground {
                "–".to_owned()
            } else {
                format!("{} of {rounds}", self.recorded)
            },
        ]
    }
}

/// The saved times of one lane.
pub(crate) struct Times {
    pub(crate) name: String,
    pub(crate) prompt: Samples,
    pub(crate) body: Samples,
}

/// Reads saved times, in the same order.
pub(crate) fn load(group: &str) -> Result<Vec<Times>> {
    let text = fs::read_to_string(path_of(group)?)
        .map_err(|error| format!("measure `{group}` before you plot it: {error}"))?;
    let mut lanes: Vec<Times> = Vec::new();
    for line in text.lines() {
        let [name, prompt, body] = line.split('\t').collect::<Vec<_>>()[..] else {
            return Err(format!("not a saved time: {line}").into());
        };
        if lanes.last().is_none_or(|lane| lane.name != name) {
            lanes.push(Times {
                name: name.to_owned(),
                prompt: Samples::default(),
                body: Samples::default(),
            });
        }
        if let Some(lane) = lanes.last_mut() {
            lane.prompt.push(prompt.parse()?);
            lane.body.push(body.parse()?);
        }
    }
    Ok(lanes)
}

fn path_of(group: &str) -> Result<PathBuf> {
    Ok(target_directory()?.join(format!("{group}.tsv")))
}
