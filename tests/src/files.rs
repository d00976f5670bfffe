//! Modes and owners of files.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::Path;

/// Sets the mode of a file or directory, whatever the umask is.
#[track_caller]
pub fn set_mode(path: impl AsRef<Path>, mode: u32) {
    let path = path.as_ref();
    fs::set_permissions(path, Permissions::from_mode(mode))
        .unwrap_or_else(|error| panic!("mode of {}: {error}", path.display()));
}

/// Gives a file or directory to this user and to the group with the same number.
#[track_caller]
pub fn give_away(path: impl AsRef<Path>, owner: u32) {
    let path = path.as_ref();
    chown(path, Some(owner), Some(owner))
        .unwrap_or_else(|error| panic!("owner of {}: {error}", path.display()));
}
