//! The time of a start when every processor is overloaded.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

use crate::contestants::{ATTRIBUTE, HANDWRITTEN};
use crate::race::Race;
use crate::report::{Finding, Goal};
use crate::{Bench, Result};

const ROUNDS: usize = 300;
const LOOPS_PER_PROCESSOR: usize = 2;

/// Busy loops in threads.
struct Load {
    is_over: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

pub(crate) fn measure(bench: &mut Bench) -> Result<Finding> {
    let rounds = bench.rounds(ROUNDS);
    let mut race = Race::new(bench.line_up.all());
    let load = Load::begin();
    for _ in 0..rounds {
        race.round(&mut bench.random)?;
    }
    drop(load);
    race.save("busy")?;
    let (attribute, base) = (race.lane(ATTRIBUTE)?, race.lane(HANDWRITTEN)?);
    let prompt = attribute.prompt.ratio_to(&base.prompt, &mut bench.random);
    let goals = vec![
        Goal {
            what: "prompt on a busy machine",
            limit: "0.70 x the hand-written Rust".into(),
            measured: prompt.to_string(),
            is_met: prompt.value <= 0.7,
        },
        Goal {
            what: "prompts without a correct PID file, busy machine",
            limit: "0".into(),
            measured: (rounds - attribute.recorded).to_string(),
            is_met: attribute.recorded == rounds,
        },
    ];
    let text = format!(
        "The same measurement beside {LOOPS_PER_PROCESSOR} busy loops per processor, with the same priority as the \
         program. {rounds} starts each.\n\n{}",
        race.table(&mut bench.random)?
    );
    Ok(Finding { title: "A start on a busy machine", text, goals })
}

impl Load {
    fn begin() -> Self {
        let processors = thread::available_parallelism().map_or(1, usize::from);
        let is_over = Arc::new(AtomicBool::new(false));
        let spin = || {
            let is_over = Arc::clone(&is_over);
            thread::spawn(move || while !is_over.load(Ordering::Relaxed) {})
        };
        let threads = (0..LOOPS_PER_PROCESSOR * processors).map(|_| spin()).collect();
        Self { is_over, threads }
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            // A busy loop cannot panic.
            let _ = thread.join();
        }
    }
}
