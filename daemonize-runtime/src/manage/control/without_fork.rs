//! What is said about a daemon where there is none.

use std::path::Path;

use crate::error::Kind;
use crate::manage::control::status::Status;
use crate::manage::control::stop::{Stop, StopError, Stopped};

pub(super) fn status(_path: &Path) -> Status {
    Status::Unknown(Kind::Unsupported.to_string())
}

pub(super) fn stop(_path: &Path, _how: Stop) -> Result<Stopped, StopError> {
    Err(StopError::Unknown(Kind::Unsupported.to_string()))
}
