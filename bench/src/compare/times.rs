//! The measurements of a tool.

use std::fmt::Write as _;

use crate::Result;
use crate::statistics::Samples;

/// The measured aspects of a tool.
pub(super) const ASPECTS: [&str; 6] =
    ["start returns", "ready", "status", "stop", "restart after a crash", "memory of supervision"];

/// Times in microseconds, memory in KiB. An aspect that a tool does not have has no samples.
#[derive(Default)]
pub(super) struct Times {
    pub(super) start: Samples,
    pub(super) ready: Samples,
    pub(super) status: Samples,
    pub(super) stop: Samples,
    pub(super) restart: Samples,
    pub(super) memory: Samples,
}

impl Times {
    /// All samples, in the order of the aspects.
    pub(super) fn all(&self) -> [&Samples; ASPECTS.len()] {
        [&self.start, &self.ready, &self.status, &self.stop, &self.restart, &self.memory]
    }

    /// Writes a line for each aspect.
    pub(super) fn show(&self) -> String {
        let mut text = String::new();
        for samples in self.all() {
            let numbers: Vec<_> =
                samples.values().iter().map(|value| format!("{value:.1}")).collect();
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{}", numbers.join("\t"));
        }
        text
    }

    /// Reads the text that `show` has written.
    pub(super) fn read(&mut self, text: &str) -> Result<()> {
        let Self { start, ready, status, stop, restart, memory } = self;
        let mut lines = text.lines();
        for samples in [start, ready, status, stop, restart, memory] {
            let line = lines.next().ok_or("a measurement is missing")?;
            for number in line.split('\t').filter(|number| !number.is_empty()) {
                samples.push(number.parse()?);
            }
        }
        Ok(())
    }
}
