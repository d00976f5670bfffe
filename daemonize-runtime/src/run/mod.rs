//! What goes on while the body runs.

mod backoff;
mod body;
pub(crate) mod first_body;
pub(crate) mod init;
pub(crate) mod notify;
mod outcome;
mod request;
pub(crate) mod started;
pub(crate) mod supervise;
pub(crate) mod variables;
