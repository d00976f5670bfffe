//! What root may open for another user: nothing that this or a third user could have exchanged for
//! something else.

use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use nix::unistd::Uid;

use crate::error::{Error, Kind};

const STICKY: u32 = 0o1000;
const WRITABLE_BY_OTHERS: u32 = 0o022;

/// Refuses a path in whose directory somebody but root and `owner` can make and rename files.
pub(crate) fn check_directory_of(path: &Path, owner: Uid) -> Result<(), Error> {
    let directory = path
        .parent()
        .filter(|directory| !directory.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    // A directory that is missing is reported by whoever opens the file.
    let Ok(metadata) = fs::metadata(directory) else {
        return Ok(());
    };
    if !belongs_to(&metadata, owner) {
        return refuse(path, "its directory belongs to a third user");
    }
    if metadata.mode() & WRITABLE_BY_OTHERS != 0 && metadata.mode() & STICKY == 0 {
        return refuse(path, "others can write in its directory");
    }
    Ok(())
}

/// Refuses an existing file that root would write to on behalf of somebody else.
pub(crate) fn check_file(path: &Path, metadata: &Metadata, owner: Uid) -> Result<(), Error> {
    if metadata.nlink() > 1 {
        return refuse(path, "it has another name, by a hard link");
    }
    if !belongs_to(metadata, owner) {
        return refuse(path, "it belongs to a third user");
    }
    Ok(())
}

fn belongs_to(metadata: &Metadata, owner: Uid) -> bool {
    metadata.uid() == 0 || metadata.uid() == owner.as_raw()
}

fn refuse(path: &Path, why: &'static str) -> Result<(), Error> {
    Err(Kind::Untrusted(path.to_owned(), why).into())
}
