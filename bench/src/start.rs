//! How long a start takes when the machine has nothing else to do.

use crate::contestants::{ATTRIBUTE, HANDWRITTEN};
use crate::race::Race;
use crate::report::{Finding, Goal};
use crate::{Bench, Result};

const ROUNDS: usize = 1000;

pub(crate) fn measure(bench: &mut Bench) -> Result<Finding> {
    let rounds = bench.rounds(ROUNDS);
    let mut race = Race::new(bench.line_up.all());
    for _ in 0..rounds {
        race.round(&mut bench.random)?;
    }
    race.save("start")?;
    let (attribute, base) = (race.lane(ATTRIBUTE)?, race.lane(HANDWRITTEN)?);
    let prompt = attribute.prompt.ratio_to(&base.prompt, &mut bench.random);
    let body = attribute.body.ratio_to(&base.body, &mut bench.random);
    let goal = |what, ratio: crate::statistics::Ratio| Goal {
        what,
        limit: "1.00 x the hand-written Rust".into(),
        measured: ratio.to_string(),
        is_met: ratio.value <= 1.0,
    };
    let text = format!(
        "*prompt*: from the spawn of the program until it has ended, as a shell sees it. *body*: until the first act of \
         the body. The program without a daemon ends after its first act. {rounds} starts each.\n\n{}",
        race.table(&mut bench.random)?
    );
    Ok(Finding {
        title: "A start",
        text,
        goals: vec![goal("prompt", prompt), goal("body's first act", body)],
    })
}
