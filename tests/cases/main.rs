//! Real daemons, observed from outside. Each file has one subject. Each function with `#[test]` is
//! a case.

// The harness's attribute `test` replaces the standard one.
#[macro_use]
extern crate tests;

mod before;
mod circumstances;
mod commands;
mod containers;
mod control;
mod detachment;
mod directories;
mod dispositions;
mod early;
mod endings;
mod event_loops;
mod everything;
mod exchanges;
mod foreground;
mod inheritance;
mod logs;
mod names;
mod nohup;
mod notify;
mod odd_file_systems;
mod open_streams;
mod original;
mod pid_1;
mod pid_file;
mod privileges;
mod process_groups;
mod readiness;
mod refusals;
mod reopen;
mod restart;
mod returning;
mod second_start;
mod sight;
mod state_file;
mod states;
mod stop_races;
mod streams;
mod supervisor;
mod supervisors;
mod terminal;
mod threads;
mod transactions;
mod trust;
mod wait_limit;
mod without_fork;
mod words;
mod working_directory;

fn main() {
    tests::case::run_all();
}
