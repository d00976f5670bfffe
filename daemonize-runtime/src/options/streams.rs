//! Files for the standard streams: paths, or files that are open.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::paths::{NoForm, Nothing, Optional, Plain};

/// A file for a standard stream: a path like [`PathValue`](super::PathValue), an open `File` or
/// `OwnedFd`, or an `Option` of either. `None` means that the option is not set.
///
/// An open file is used as it is, so pipes, terminals and truncated files work. To keep a stream,
/// hand over a duplicate of it. The compiler infers `Form`.
///
/// # Examples
///
/// ```no_run
/// use std::{fs::File, io, os::fd::AsFd};
/// use daemonize_runtime::Daemon;
///
/// let appended = Daemon::new().redirect("bot.log");
/// let emptied = Daemon::new().redirect(File::create("bot.log")?);
/// let kept = Daemon::new().stderr(io::stderr().as_fd().try_clone_to_owned()?);
/// # Ok::<(), io::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither a path nor an open file",
    label = "expected a path or an open file",
    note = "a path is anything that is `AsRef<Path>`, an open file is a `File` or an `OwnedFd`; an \
            `Option` of either works too",
    note = "`try_clone()` duplicates a borrowed file, and `OwnedFd::from()` takes a pipe or a socket"
)]
pub trait StreamValue<Form> {
    /// The file, if there is one.
    #[doc(hidden)]
    fn into_stream(self) -> Option<StreamTarget>;
}

/// What a [`StreamValue`] says.
#[derive(Clone, Debug)]
pub enum StreamTarget {
    /// The file of this path.
    Path(PathBuf),
    /// This file.
    Open(Arc<File>),
}

impl StreamTarget {
    /// Not generic: compiled here once, and not again with each build of each program.
    fn of_path(path: &Path) -> Self {
        Self::Path(path.to_owned())
    }

    /// The path, unless it is an open file.
    pub(crate) fn path(&self) -> Option<&Path> {
        match self {
            Self::Path(path) => Some(path),
            Self::Open(_) => None,
        }
    }

    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.path().is_some()
            && self.path().map(Path::as_os_str) == other.path().map(Path::as_os_str)
    }
}

/// The form of a value that is an open file.
#[derive(Debug)]
pub struct Open;

#[diagnostic::do_not_recommend]
impl<P: AsRef<Path>> StreamValue<Plain> for P {
    fn into_stream(self) -> Option<StreamTarget> {
        Some(StreamTarget::of_path(self.as_ref()))
    }
}

#[diagnostic::do_not_recommend]
impl<P: AsRef<Path>> StreamValue<Optional> for Option<P> {
    fn into_stream(self) -> Option<StreamTarget> {
        self.as_ref().map(|path| StreamTarget::of_path(path.as_ref()))
    }
}

#[diagnostic::do_not_recommend]
impl<P: AsRef<Path>> StreamValue<Optional> for &Option<P> {
    fn into_stream(self) -> Option<StreamTarget> {
        self.as_ref().map(|path| StreamTarget::of_path(path.as_ref()))
    }
}

#[diagnostic::do_not_recommend]
impl StreamValue<Open> for File {
    fn into_stream(self) -> Option<StreamTarget> {
        Some(StreamTarget::Open(Arc::new(above_the_streams(self))))
    }
}

#[diagnostic::do_not_recommend]
impl StreamValue<Open> for Option<File> {
    fn into_stream(self) -> Option<StreamTarget> {
        self.and_then(File::into_stream)
    }
}

#[diagnostic::do_not_recommend]
#[cfg(any(unix, target_os = "wasi"))]
impl StreamValue<Open> for std::os::fd::OwnedFd {
    fn into_stream(self) -> Option<StreamTarget> {
        File::from(self).into_stream()
    }
}

#[diagnostic::do_not_recommend]
#[cfg(any(unix, target_os = "wasi"))]
impl StreamValue<Open> for Option<std::os::fd::OwnedFd> {
    fn into_stream(self) -> Option<StreamTarget> {
        self.and_then(std::os::fd::OwnedFd::into_stream)
    }
}

#[diagnostic::do_not_recommend]
impl<V: Nothing> StreamValue<NoForm> for V {
    fn into_stream(self) -> Option<StreamTarget> {
        None
    }
}

/// A file whose descriptor is a standard one is duplicated, since the daemon closes its copy when
/// the number means something else.
#[cfg(unix)]
fn above_the_streams(file: File) -> File {
    use std::os::fd::{AsRawFd, IntoRawFd};
    if file.as_raw_fd() > 2 {
        return file;
    }
    match file.try_clone() {
        Ok(duplicate) => {
            let _ = file.into_raw_fd();
            duplicate
        }
        Err(_) => file,
    }
}

#[cfg(not(unix))]
fn above_the_streams(file: File) -> File {
    file
}
