//! Starts fixture bots, and observes the daemons that they become from outside.
//!
//! A test makes a [`Bot`](bot::Bot), usually with [`bot!`], which has its own temporary start
//! directory. Starting it gives a [`Daemon`](daemon::Daemon) or a refused
//! [`Launch`](launch::Launch). [`Process`](process::Process) reads what the kernel says about it.
//! Three rules keep the tests reliable on a loaded machine:
//!
//! - A test waits for a condition, not for a fixed time: [`wait`] polls it, with a limit that only
//!   a hang can reach.
//! - Nothing stays behind. The test process [adopts](daemon::adopt_orphans) every orphan of a bot.
//!   Dropping a bot kills all processes that carry its mark.
//! - A bot starts clean. It does not inherit the test process's descriptors, ignored signals and
//!   signal mask. What a daemon has comes from itself or from a [`Condition`](condition::Condition)
//!   of the test.

#![allow(
    clippy::missing_panics_doc,
    reason = "a panic is how a harness reports that a test has failed"
)]

pub mod bot;
pub mod case;
pub mod cgroup;
pub mod condition;
pub mod container;
pub mod daemon;
pub mod files;
pub mod launch;
pub mod lock;
pub mod manager;
pub mod need;
pub mod process;
pub mod signals;
pub mod terminal;
pub mod wait;

pub use tests_attribute::test;
