//! The time of a start on an idle machine.

use crate::contestants::{ATTRIBUTE, HANDWRITTEN, ORIGINAL};
use crate::race::Race;
use crate::report::{Finding, Goal};
use crate::{Bench, Result};

const ROUNDS: usize = 1000;

/// The goals, as multiples of the hand-written Rust.
const MOST_PROMPT: f64 = 1.04;
const MOST_BODY: f64 = 1.10;

pub(crate) fn measure(bench: &mut Bench) -> Result<Finding> {
    let rounds = bench.rounds(ROUNDS);
    let mut race = Race::new(bench.line_up.all()).in_calm();
    for _ in 0..rounds {
        race.round(&mut bench.random)?;
    }
    race.save("start")?;
    let (attribute, base) = (race.lane(ATTRIBUTE)?, race.lane(HANDWRITTEN)?);
    let prompt = attribute.prompt.ratio_to(&base.prompt, &mut bench.random);
    let body = attribute.body.ratio_to(&base.body, &mut bench.random);
    let goal = |what, most: f64, ratio: crate::statistics::Ratio| Goal {
        what,
        limit: format!("{most:.2} x the hand-written Rust"),
        measured: ratio.to_string(),
        is_met: ratio.value <= most,
    };
    let calm: usize = race.lanes.iter().map(|lane| lane.calm).sum();
    let all: usize = race.lanes.iter().map(|lane| lane.prompt.values().len()).sum();
    let text = format!(
        "*prompt*: from the spawn of the program until it has ended, which is when a shell prints its prompt. *body*: \
         from the spawn until the first act of the body. The program without a daemon ends after its first act. \
         {rounds} starts each, but a tenth of that for {ORIGINAL}. A start waits until the previous daemon has ended \
         and nothing else runs. {calm} of {all} starts found the machine idle. With other work on the machine the \
         ratios are smaller, down to those of the next table.\n\n{}",
        race.table(&mut bench.random)?
    );
    Ok(Finding {
        title: "A start",
        text,
        goals: vec![goal("prompt", MOST_PROMPT, prompt), goal("body's first act", MOST_BODY, body)],
    })
}
