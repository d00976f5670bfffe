//! What was measured of a tool.

use std::fmt::Write as _;

use crate::Result;
use crate::statistics::Samples;

/// What a tool can be asked to do, and what its supervision takes.
pub(super) const ASPECTS: [&str; 6] =
    ["start returns", "ready", "status", "stop", "restart after a crash", "memory of supervision"];

/// Times in microseconds, memory in KiB; without samples where a tool has no such thing.
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
    /// In the order of the aspects.
    pub(super) fn all(&self) -> [&Samples; ASPECTS.len()] {
        [&self.start, &self.ready, &self.status, &self.stop, &self.restart, &self.memory]
    }

    /// A line for each aspect.
    pub(super) fn show(&self) -> String {
        let mut text = String::new();
        for samples in self.all() {
            let numbers: Vec<_> =
                samples.values().iter().map(|value| format!("{value:.1}")).collect();
            // Cannot fail: there is memory for what was measured.
            let _ = writeln!(text, "{}", numbers.join("\t"));
        }
        text
    }

    /// Reads what was shown.
    pub(super) fn read(&mut self, text: &str) -> Result<()> {
        let Self { start, ready, status, stop, restart, memory } = self;
        let mut lines = text.lines();
        for samples in [start, ready, status, stop, restart, memory] {
            let line = lines.next().ok_or("not all was measured")?;
            for number in line.split('\t').filter(|number| !number.is_empty()) {
                samples.push(number.parse()?);
            }
        }
        Ok(())
    }
}
