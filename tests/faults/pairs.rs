//! Pairs of faults: one that a start survives, and one that can follow it.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::fault::Fault;
use crate::plan::Plan;
use crate::recording::{Errors, Recording};
use crate::scope::Pairs;

/// The pairs to try, and the number of all pairs.
pub(crate) struct Chosen<'a> {
    pub(crate) plans: Box<dyn Iterator<Item = Plan> + Send + 'a>,
    pub(crate) of: usize,
}

/// Chooses among the pairs that follow from the starts with one fault.
pub(crate) fn choose<'a>(alone: &'a [Recording], choice: &'a Pairs) -> Chosen<'a> {
    let pairs = pairs(alone);
    let of = pairs.len();
    let plan = |(first, second): (&Recording, Fault)| first.plan(second);
    let plans: Box<dyn Iterator<Item = Plan> + Send> = match choice {
        Pairs::All => Box::new(pairs.into_iter().map(plan)),
        Pairs::Named(name) => {
            Box::new(pairs.into_iter().map(plan).filter(move |plan| plan.to_string() == *name))
        }
        Pairs::Sample { size, seed } => {
            let mut pairs = pairs;
            pairs.sort_by_cached_key(|(first, second)| rank(*seed, first, second));
            Box::new(pairs.into_iter().take(*size).map(plan))
        }
    };
    Chosen { plans, of }
}

/// All pairs. If a start reacts alike to several errors, one of them stands for all as the first of
/// a pair. The same holds for the second, if its call is also made without the first.
fn pairs(alone: &[Recording]) -> Vec<(&Recording, Fault)> {
    let mut known = HashSet::new();
    let distinct: Vec<_> =
        alone.iter().filter(|recording| known.insert(recording.sequel())).collect();
    let places: HashSet<_> = alone
        .iter()
        .flat_map(Recording::met)
        .map(|fault| (fault.place, fault.call.number))
        .collect();
    let others: HashSet<_> =
        distinct.iter().flat_map(|recording| recording.met()).map(Fault::identity).collect();
    let counts = |second: &Fault| {
        !places.contains(&(second.place, second.call.number)) || others.contains(&second.identity())
    };
    let pairs = distinct
        .iter()
        .flat_map(|&first| first.faults(Errors::Realistic).map(move |second| (first, second)));
    pairs.filter(|(_, second)| counts(second)).collect()
}

/// A number for a pair. It is the same in every run and does not depend on other pairs.
fn rank(seed: u64, first: &Recording, second: &Fault) -> u64 {
    let mut hasher = DefaultHasher::new();
    seed.hash(&mut hasher);
    first.met().iter().chain([second]).for_each(|fault| fault.identity().hash(&mut hasher));
    hasher.finish()
}
