//! Which plans are tried. The environment decides.

use std::env;

use crate::plan::{Plan, THEN};
use crate::recording::Errors;

/// Which plans of one start are tried.
#[derive(Clone, Debug)]
pub(crate) struct Scope {
    /// The errors of single faults.
    pub(crate) errors: Errors,
    /// The pairs of faults that are tried.
    pub(crate) pairs: Pairs,
}

/// Which pairs of faults are tried.
#[derive(Clone, Debug)]
pub(crate) enum Pairs {
    /// A random sample.
    Sample {
        /// The number of pairs.
        size: usize,
        /// Another seed chooses other pairs.
        seed: u64,
    },
    /// Every pair.
    All,
    /// Only the plan with this name, which may have one fault or two.
    Named(String),
}

/// How many pairs of each start are tried by default.
const SAMPLE: usize = 60;

impl Scope {
    /// Reads `FAULTS`: `all` for all error numbers, `pairs` for all pairs, a number of pairs of
    /// each start, or the name of a plan. `FAULTS_SEED` is the seed of the sample.
    pub(crate) fn from_environment() -> Self {
        let asked = env::var("FAULTS").unwrap_or_default();
        let seed = env::var("FAULTS_SEED").ok().and_then(|seed| seed.parse().ok());
        let sample = |size| Pairs::Sample { size, seed: seed.unwrap_or_default() };
        let (errors, pairs) = match (&*asked, asked.parse()) {
            ("", _) => (Errors::Realistic, sample(SAMPLE)),
            ("all", _) => (Errors::All, sample(SAMPLE)),
            ("pairs", _) => (Errors::Realistic, Pairs::All),
            (_, Ok(size)) => (Errors::Realistic, sample(size)),
            _ => (Errors::All, Pairs::Named(asked)),
        };
        Self { errors, pairs }
    }

    /// Whether this plan with one fault is tried.
    pub(crate) fn admits(&self, plan: &Plan) -> bool {
        self.name().is_none_or(|name| name.split(THEN).next() == Some(&plan.to_string()))
    }

    /// The name of the only plan that is tried.
    pub(crate) fn name(&self) -> Option<&str> {
        match &self.pairs {
            Pairs::Named(name) => Some(name),
            Pairs::Sample { .. } | Pairs::All => None,
        }
    }

    /// The seed that repeats the sample.
    pub(crate) fn seed(&self) -> Option<u64> {
        match self.pairs {
            Pairs::Sample { seed, .. } => Some(seed),
            Pairs::All | Pairs::Named(_) => None,
        }
    }
}
