//! Starts fixture bots and observes, from outside, the daemons that they become.
//!
//! A test makes a [`Bot`](bot::Bot), usually by [`bot!`], in a temporary start directory of its
//! own; starts it, which gives a [`Daemon`](daemon::Daemon) or a refused
//! [`Launch`](launch::Launch); and reads what the kernel says about it through
//! [`Process`](process::Process). Three rules keep the tests honest on a loaded machine:
//!
//! - Nothing is waited for by sleeping: [`wait`] polls a condition, with a bound that only a hang
//!   can reach.
//! - Nothing stays behind: the test process [adopts](daemon::adopt_orphans) every orphan of a
//!   bot, and a dropped bot ends all processes that bear its mark.
//! - A bot starts clean: descriptors, signals and mask of the test process are not passed on, so
//!   that what a daemon has is its own doing or a [`Condition`](condition::Condition) that the test
//!   asked for.

#![allow(
    clippy::missing_panics_doc,
    reason = "a panic is how a harness says that a test has failed"
)]

pub mod bot;
pub mod case;
pub mod cgroup;
pub mod condition;
pub mod container;
pub mod daemon;
pub mod launch;
pub mod lock;
pub mod manager;
pub mod need;
pub mod process;
pub mod terminal;
pub mod wait;

pub use tests_attribute::test;
