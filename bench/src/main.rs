//! The runner. One command measures everything, prints the report and writes it to `docs/`:
//!
//! ```sh
//! cargo run --release --manifest-path bench/Cargo.toml
//! ```
//!
//! Words select measurements: `start`, `busy`, `handovers`, `growth`, `calls`, `memory`, `size`,
//! `options`, `build`, `compare`. The report is then only printed. `plot` draws the last results of
//! `start`, `busy` and `compare`. `quick` is a test of the benchmark: it measures a tenth of the
//! rounds and writes nothing.

mod build;
mod busy;
mod calls;
mod compare;
mod contestants;
mod growth;
mod handovers;
mod launch;
mod memory;
mod options;
mod plot;
mod processes;
mod race;
mod random;
mod report;
mod size;
mod start;
mod statistics;
mod verify;

use std::error::Error;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::{env, fs};

use contestants::LineUp;
use random::Random;
use report::{Finding, Report};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// What every measurement needs.
struct Bench {
    line_up: LineUp,
    is_quick: bool,
    random: Random,
}

type Measure = fn(&mut Bench) -> Result<Finding>;

/// The measurements, in the order of the report.
const MEASUREMENTS: [(&str, Measure); 10] = [
    ("start", start::measure),
    ("busy", busy::measure),
    ("handovers", handovers::measure),
    ("growth", growth::measure),
    ("calls", calls::measure),
    ("memory", memory::measure),
    ("size", size::measure),
    ("options", options::measure),
    ("build", build::measure),
    ("compare", compare::measure),
];

fn main() -> Result<()> {
    let words: Vec<String> = env::args().skip(1).collect();
    if let [word, rounds] = &words[..]
        && word == compare::INSIDE
    {
        return compare::measure_inside(rounds.parse()?);
    }
    let is_quick = words.iter().any(|word| word == "quick");
    let chosen: Vec<&str> =
        words.iter().map(String::as_str).filter(|&word| word != "quick").collect();
    if let Some(word) = chosen
        .iter()
        .find(|&&word| word != "plot" && MEASUREMENTS.iter().all(|(known, _)| *known != word))
    {
        return Err(format!("unknown measurement: {word}").into());
    }
    let is_published = chosen.is_empty() && !is_quick;
    let is_chosen = |word: &str| chosen.is_empty() || chosen.contains(&word);
    if MEASUREMENTS.iter().any(|(word, _)| is_chosen(word)) {
        let only_run = File::create(contestants::target_directory()?.join("run"))?;
        only_run
            .try_lock()
            .map_err(|_| "another run is in progress, and they would disturb each other")?;
        processes::start_clean()?;
        processes::adopt_orphans()?;
        let report = run(is_quick, is_chosen);
        // After an error, daemons may be left.
        processes::end_all()?;
        let report = report?;
        println!("{report}");
        if is_published {
            fs::write(documents().join("benchmark.md"), report.to_string())?;
        }
    }
    if is_published || chosen.contains(&"plot") {
        fs::write(documents().join("benchmark.svg"), plot::draw()?)?;
        fs::write(documents().join("compare.svg"), compare::draw()?)?;
    }
    Ok(())
}

fn run(is_quick: bool, is_chosen: impl Fn(&str) -> bool) -> Result<Report> {
    let mut bench = Bench { line_up: LineUp::build()?, is_quick, random: Random::default() };
    launch::warm_up(&bench.line_up.all())?;
    let mut report = Report::new();
    report.add(verify::check(&bench)?);
    for (word, measure) in MEASUREMENTS {
        if is_chosen(word) {
            eprintln!("measuring: {word}");
            report.add(measure(&mut bench)?);
        }
    }
    Ok(report)
}

impl Bench {
    /// The number of rounds of a measurement.
    fn rounds(&self, full: usize) -> usize {
        if self.is_quick { full.div_ceil(10) } else { full }
    }
}

fn documents() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs")
}
