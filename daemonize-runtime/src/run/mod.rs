//! What goes on while the body runs.

#![cfg(unix)]

mod backoff;
pub(crate) mod init;
pub(crate) mod notify;
pub(crate) mod started;
pub(crate) mod supervise;
pub(crate) mod variables;
