//! The cases of a test program: `#[test]` collects them, and `run` runs them.

use std::num::NonZeroUsize;
use std::thread::available_parallelism;

pub use inventory;
use libtest_mimic::{Arguments, Completion, Conclusion, Trial};

use crate::need::{self, Need};

/// A test, and what it needs.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    /// The path of the function, beginning with the test program.
    pub path: &'static str,
    /// What the machine or the user must have.
    pub needs: fn() -> Need,
    /// The function.
    pub run: fn(),
}

inventory::collect!(Case);

impl Case {
    fn trial(&self) -> Trial {
        let Self { path, needs, run } = *self;
        let (_program, name) = path.split_once("::").expect("a path in a program");
        Trial::ignorable_test(name, move || {
            if let Some(what) = needs().missing() {
                return Ok(Completion::ignored_with(format!("needs {what}")));
            }
            run();
            Ok(Completion::Completed)
        })
    }
}

/// Runs the cases that the command line selects, and exits.
pub fn run_all() -> ! {
    run().exit()
}

/// How many cases run at once on each processor, unless the command line says otherwise. Cases wait
/// more than they compute.
const FOR_EACH_PROCESSOR: usize = 3;

/// Runs the cases that the command line selects.
pub fn run() -> Conclusion {
    let mut arguments = Arguments::from_args();
    need::ask_for_descriptors();
    let processors = available_parallelism().map_or(1, NonZeroUsize::get);
    arguments.test_threads.get_or_insert(processors * FOR_EACH_PROCESSOR);
    let mut cases: Vec<&Case> = inventory::iter::<Case>.into_iter().collect();
    cases.sort_by_key(|case| case.path);
    let trials = cases.into_iter().map(Case::trial).collect();
    libtest_mimic::run(&arguments, trials)
}
