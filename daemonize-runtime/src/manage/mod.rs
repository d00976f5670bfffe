//! From outside: a running daemon, by its PID file, and the words that a user types.

pub mod control;
pub(crate) mod words;

pub use words::{args_os, commands_help};
