//! How the time of a start depends on inherited descriptors, the heap and simultaneous starts.

use std::fs::{self, File};
use std::os::fd::OwnedFd;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::contestants::{ATTRIBUTE, ATTRIBUTE_BEFORE, Contestant, FOREGROUND, ORIGINAL};
use crate::launch::{Start, finish};
use crate::race::{Lane, Race};
use crate::random::Random;
use crate::report::{Finding, Goal, table};
use crate::{Bench, Result};

const ROUNDS: usize = 300;
/// Rounds with a large heap or with a crowd.
const SLOW_ROUNDS: usize = 30;
const DESCRIPTORS: u16 = 1000;
const HEAP_MEBIBYTES: usize = 256;
const CROWD: usize = 100;

/// A ratio up to this counts as independent.
const NOISE: f64 = 1.05;

/// A limit of descriptors far above the usual one. Only root may set it.
const HIGH_LIMIT: u64 = 1 << 20;

/// The same contestants under different conditions.
struct Conditions<'a> {
    usual: Race<'a>,
    descriptors: Race<'a>,
    high_limit: Race<'a>,
    heap: Race<'a>,
    crowd: Race<'a>,
}

pub(crate) fn measure(bench: &mut Bench) -> Result<Finding> {
    let (rounds, slow_rounds) = (bench.rounds(ROUNDS), bench.rounds(SLOW_ROUNDS));
    let mut conditions = Conditions::new(&bench.line_up.all());
    let mut limit = 0;
    for round in 0..rounds {
        limit = conditions.quick_round(&mut bench.random)?;
        // Slow rounds are spread over the whole time.
        if round % rounds.div_ceil(slow_rounds) == 0 {
            conditions.slow_round(&mut bench.random)?;
        }
    }
    let text = format!(
        "Medians in microseconds, from one interleaved run. The high limit is {limit} descriptors. With a heap, the time \
         begins when the heap is filled. Of {CROWD} starts at once, the last is measured.\n\n\
         Time to the prompt:\n\n{}\nTime to the first act of the body:\n\n{}",
        conditions.table(|lane| lane.prompt.median()),
        conditions.table(|lane| lane.body.median()),
    );
    Ok(Finding { title: "How a start scales", text, goals: conditions.goals(&mut bench.random)? })
}

impl<'a> Conditions<'a> {
    fn new(contestants: &[&'a Contestant]) -> Self {
        // The script has no such heap, and a hundred interpreters would measure something else. If
        // the start is the first act of `main`, there is no heap yet.
        let is_left_out = |name| [ATTRIBUTE, ORIGINAL].contains(&name);
        let programs =
            || contestants.iter().copied().filter(|contestant| !is_left_out(contestant.name));
        Self {
            usual: Race::new(programs()),
            descriptors: Race::new(programs()),
            high_limit: Race::new(programs()),
            heap: Race::new(programs()).with_heap(HEAP_MEBIBYTES),
            crowd: Race::new(programs()),
        }
    }

    fn quick_round(&mut self, random: &mut Random) -> Result<u64> {
        self.usual.round(random)?;
        with_descriptors(|| self.descriptors.round(random))?;
        with_high_limit(|| self.high_limit.round(random))
    }

    fn slow_round(&mut self, random: &mut Random) -> Result<()> {
        self.heap.round(random)?;
        random.order(&mut self.crowd.lanes).into_iter().try_for_each(start_crowd)
    }

    fn table(&self, median: impl Fn(&Lane) -> f64) -> String {
        let Self { usual, descriptors, high_limit, heap, crowd } = self;
        let races = [usual, descriptors, high_limit, heap, crowd];
        let cell = |race: &Race, lane: usize| format!("{:.0}", median(&race.lanes[lane]));
        let rows = usual.lanes.iter().enumerate().map(|(number, lane)| {
            let cells = races.iter().map(|race| cell(race, number));
            [lane.contestant.name.to_owned()].into_iter().chain(cells).collect()
        });
        let head = [
            "",
            "usual",
            &format!("{DESCRIPTORS} descriptors"),
            "high limit",
            &format!("{HEAP_MEBIBYTES} MiB heap"),
            &format!("{CROWD} at once"),
        ];
        table(&head, rows)
    }

    fn goals(&self, random: &mut Random) -> Result<Vec<Goal>> {
        let per_descriptor = |name| -> Result<f64> {
            let grown = self.descriptors.lane(name)?.prompt.median()
                - self.usual.lane(name)?.prompt.median();
            Ok(grown / f64::from(DESCRIPTORS))
        };
        let (attribute, foreground) =
            (per_descriptor(ATTRIBUTE_BEFORE)?, per_descriptor(FOREGROUND)?);
        let high_limit = self
            .high_limit
            .lane(ATTRIBUTE_BEFORE)?
            .prompt
            .ratio_to(&self.usual.lane(ATTRIBUTE_BEFORE)?.prompt, random);
        Ok(vec![
            Goal {
                what: "prompt, per inherited descriptor",
                limit: "0.2 µs more".into(),
                measured: format!("{attribute:.2} µs (without the attribute {foreground:.2})"),
                is_met: attribute <= 0.2,
            },
            Goal {
                what: "prompt with a high descriptor limit",
                limit: format!("{NOISE:.2} x the usual"),
                is_met: high_limit.value <= NOISE,
                measured: high_limit.to_string(),
            },
        ])
    }
}

/// Calls a function while programs inherit many descriptors.
fn with_descriptors<T>(run: impl FnOnce() -> Result<T>) -> Result<T> {
    let null = File::open("/dev/null")?;
    // These duplicates are inherited. An opened file would be close-on-exec.
    let _inherited = (0..DESCRIPTORS)
        .map(|_| rustix::io::dup(&null))
        .collect::<rustix::io::Result<Vec<OwnedFd>>>()?;
    run()
}

/// Calls a function while programs have the highest possible limit of descriptors. Returns the
/// limit.
fn with_high_limit(run: impl FnOnce() -> Result<()>) -> Result<u64> {
    let usual = getrlimit(Resource::Nofile);
    let highest = Rlimit { current: Some(HIGH_LIMIT), maximum: Some(HIGH_LIMIT) };
    if setrlimit(Resource::Nofile, highest).is_err() {
        setrlimit(Resource::Nofile, Rlimit { current: usual.maximum, maximum: usual.maximum })?;
    }
    let limit = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
    let result = run();
    setrlimit(Resource::Nofile, usual)?;
    result.map(|()| limit)
}

/// Starts many daemons at once, and measures the last prompt and the last body.
fn start_crowd(lane: &mut Lane) -> Result<()> {
    let contestant = lane.contestant;
    let places: Vec<_> =
        (0..CROWD).map(|number| contestant.directory.join(number.to_string())).collect();
    places.iter().try_for_each(fs::create_dir_all)?;
    let began = bench::now();
    let spawn = |place| Start::spawn(contestant, contestant.command(), place);
    let mut starts = places.iter().map(|place| spawn(place)).collect::<Result<Vec<_>>>()?;
    let prompts = starts.iter_mut().map(Start::await_prompt).collect::<Result<Vec<_>>>()?;
    let bodies = starts.iter().map(Start::await_body).collect::<Result<Vec<_>>>()?;
    let last_body = bodies.iter().map(|body| body.began).max();
    lane.prompt.push_time(began, prompts.into_iter().max().unwrap_or(began));
    lane.body.push_time(began, last_body.unwrap_or(began));
    finish(&bodies, contestant)
}
