//! Medians, quartiles and ratios of medians.

use std::fmt;
use std::time::Duration;

use crate::random::Random;

/// The number of resamples for the interval of a ratio.
const RESAMPLES: usize = 1000;

/// The measured values of all rounds, in order.
#[derive(Clone, Default)]
pub(crate) struct Samples(Vec<f64>);

pub(crate) struct Quartiles {
    pub(crate) low: f64,
    pub(crate) median: f64,
    pub(crate) high: f64,
}

/// A ratio of medians, and the interval that holds 95 % of the ratios of resampled rounds.
pub(crate) struct Ratio {
    pub(crate) value: f64,
    low: f64,
    high: f64,
}

impl Samples {
    pub(crate) fn push(&mut self, value: f64) {
        self.0.push(value);
    }

    /// Adds a time in microseconds.
    pub(crate) fn push_time(&mut self, from: Duration, to: Duration) {
        self.push((to.as_secs_f64() - from.as_secs_f64()) * 1e6);
    }

    pub(crate) fn values(&self) -> &[f64] {
        &self.0
    }

    pub(crate) fn quartiles(&self) -> Quartiles {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        let at = |quarter: usize| sorted[(sorted.len() - 1) * quarter / 4];
        Quartiles { low: at(1), median: at(2), high: at(3) }
    }

    pub(crate) fn median(&self) -> f64 {
        self.quartiles().median
    }

    /// The ratio of the medians. Both values of a round are resampled together, because a
    /// disturbance of the machine lasts longer than a start. A contestant that skips rounds starts
    /// at equal distances.
    pub(crate) fn ratio_to(&self, base: &Self, random: &mut Random) -> Ratio {
        let mut ratios = Self::default();
        for _ in 0..RESAMPLES {
            let rounds: Vec<usize> = self.0.iter().map(|_| random.below(self.0.len())).collect();
            let resampled = |samples: &Self| {
                let distance = samples.0.len() / self.0.len();
                Self(rounds.iter().map(|&round| samples.0[round * distance]).collect()).median()
            };
            ratios.push(resampled(self) / resampled(base));
        }
        ratios.0.sort_by(f64::total_cmp);
        let tail = RESAMPLES / 40;
        Ratio {
            value: self.median() / base.median(),
            low: ratios.0[tail],
            high: ratios.0[RESAMPLES - 1 - tail],
        }
    }
}

impl Quartiles {
    pub(crate) fn divided_by(&self, base: f64) -> Self {
        Self { low: self.low / base, median: self.median / base, high: self.high / base }
    }
}

impl fmt::Display for Quartiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.0} ({:.0} to {:.0})", self.median, self.low, self.high)
    }
}

impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.2} ({:.2} to {:.2})", self.value, self.low, self.high)
    }
}
