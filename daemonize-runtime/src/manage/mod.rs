//! From outside: a running daemon, by its PID file, and the words that a user types.

#![cfg(unix)]

pub(crate) mod commands;
pub mod control;
mod look;
mod process;
mod status;
mod stop;

pub use commands::args_os;
