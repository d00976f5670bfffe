//! The fault matrix: every system call of a start fails in every way that it can fail, one at a
//! time, and the start must still be a transaction.
//!
//! A start runs under a filter that lets each of its system calls wait for an answer, which a
//! supervisor gives. One undisturbed start is a [`Recording`](recording::Recording): which process
//! makes which calls, and what the daemon looks like. From it and from a table of calls follow the
//! [`Fault`](fault::Fault)s, and the [`matrix`] makes one start for each. The [`oracle`] judges how
//! it ends, and knows nothing of how a start is made.
//!
//! The launcher stays a child of the test, with its own exit code. All this needs neither root nor
//! a tracer.

mod calls;
mod errors;
pub mod fault;
mod filter;
mod handover;
mod listener;
pub mod matrix;
pub mod oracle;
pub mod recording;
mod shape;
mod supervisor;
