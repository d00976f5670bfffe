//! What a daemon holds, and the trust in a path that leads to it.

pub(crate) mod descriptors;
pub(crate) mod entry;
pub(crate) mod event_loops;
pub(crate) mod inherited;
pub(crate) mod log_rotation;
pub(crate) mod made;
pub(crate) mod opener;
pub(crate) mod pid_file;
pub(crate) mod pid_lock;
pub(crate) mod pid_text;
mod place;
pub(crate) mod privileges;
mod reading;
pub(crate) mod root;
pub(crate) mod signals;
pub(crate) mod state_file;
pub(crate) mod state_text;
pub(crate) mod stream_file;
pub(crate) mod streams;
mod trust;
pub(crate) mod users_files;
