//! How much is tried: what the environment says.

use std::env;

use crate::plan::{Plan, THEN};
use crate::recording::Errors;

/// How much is tried of one start.
#[derive(Clone, Debug)]
pub(crate) struct Scope {
    /// The errors of the faults that are tried alone.
    pub(crate) errors: Errors,
    /// The pairs of faults that are tried.
    pub(crate) pairs: Pairs,
}

/// Which pairs of faults are tried.
#[derive(Clone, Debug)]
pub(crate) enum Pairs {
    /// So many, chosen by a seed.
    Sample {
        /// How many.
        size: usize,
        /// Another seed chooses others.
        seed: u64,
    },
    /// Every one.
    All,
    /// The plan with this name, of one fault or of two, and nothing else.
    Named(String),
}

/// How many pairs of each start are tried when nothing else is asked for.
const SAMPLE: usize = 60;

impl Scope {
    /// What `FAULTS` asks for: `all` error numbers, all `pairs`, so many pairs of each start, or
    /// the plan with this name. `FAULTS_SEED` is the seed of the sample.
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

    /// Whether a fault is tried alone.
    pub(crate) fn admits(&self, plan: &Plan) -> bool {
        match &self.pairs {
            Pairs::Named(name) => name.split(THEN).next() == Some(&plan.to_string()),
            Pairs::Sample { .. } | Pairs::All => true,
        }
    }

    /// What has to be said so that the same is tried again.
    pub(crate) fn seed(&self) -> Option<u64> {
        match self.pairs {
            Pairs::Sample { seed, .. } => Some(seed),
            Pairs::All | Pairs::Named(_) => None,
        }
    }
}
