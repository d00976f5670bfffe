//! Turns a program into a well-behaved Unix daemon.
pub use daemonize_macros::daemonize;
