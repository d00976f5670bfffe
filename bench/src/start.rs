//! How long a start takes when the machine has nothing else to do.

use crate::contestants::{ATTRIBUTE, HANDWRITTEN};
use crate::race::Race;
use crate::report::{Finding, Goal};
use crate::{Bench, Result};

const ROUNDS: usize = 1000;

/// What a start may cost, in starts by hand.
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
        "*prompt*: from the spawn of the program until it has ended, as a shell sees it. *body*: until the first act of \
         the body. The program without a daemon ends after its first act. {rounds} starts each, a tenth of it for what is \
         slow. A start begins when the daemon before has ended and nothing else runs; {calm} of {all} did. On a machine \
         with other work the ratios are smaller, down to those of the next table.\n\n{}",
        race.table(&mut bench.random)?
    );
    Ok(Finding {
        title: "A start",
        text,
        goals: vec![goal("prompt", MOST_PROMPT, prompt), goal("body's first act", MOST_BODY, body)],
    })
}
