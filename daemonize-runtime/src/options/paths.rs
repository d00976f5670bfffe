//! Paths for options: a path or none, a path or a switch.
//!
//! The traits have a `Form` parameter that is always inferred. It keeps "anything that is a path"
//! apart from "an `Option` of anything that is a path", which Rust would otherwise take for
//! overlapping implementations.

use std::path::{Path, PathBuf};

/// A path: anything that is `AsRef<Path>`, or an `Option` of it. `None` means that the option is
/// not set. The compiler infers `Form`.
///
/// # Examples
///
/// ```
/// use std::path::PathBuf;
/// use daemonize_runtime::Daemon;
///
/// let by_text = Daemon::new().chroot("/srv/jail");
/// let by_path = Daemon::new().chroot(PathBuf::from("/srv/jail"));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a path",
    label = "expected a path",
    note = "a path is anything that is `AsRef<Path>`, such as `&str` or `PathBuf`, or an `Option` of it"
)]
pub trait PathValue<Form> {
    /// The path, if there is one.
    #[doc(hidden)]
    fn into_path(self) -> Option<PathBuf>;
}

/// A path, `true` for the default path, `false` for none, an `Option` of either, or a
/// `Result<path, bool>`. `None` means that the option is not set. The compiler infers `Form`.
///
/// # Examples
///
/// ```
/// use std::path::PathBuf;
/// use daemonize_runtime::Daemon;
///
/// let none = Daemon::new().pid_file(false);
/// // Only if one was named on the command line.
/// let argument: Option<PathBuf> = None;
/// let daemon = Daemon::new().pid_file(argument.ok_or(false));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither a path nor a `bool`",
    label = "expected a path, `true` or `false`",
    note = "a path is anything that is `AsRef<Path>`, such as `&str` or `PathBuf`, or an `Option` of it"
)]
pub trait PathOrSwitch<Form> {
    /// What was chosen, if anything was.
    #[doc(hidden)]
    fn into_choice(self) -> Option<Choice>;
}

/// What a [`PathOrSwitch`] says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// The default path, since nothing else was given.
    Default,
    /// The default path, asked for by `true`.
    On,
    /// None at all.
    Off,
    /// This one.
    Path(PathBuf),
}

impl Choice {
    /// The path that was named.
    pub(crate) fn path(&self) -> Option<&Path> {
        match self {
            Self::Path(path) => Some(path),
            Self::Default | Self::On | Self::Off => None,
        }
    }

    /// The path, if one was chosen.
    pub(crate) fn path_or<'a>(&'a self, default: &'a Path) -> Option<&'a Path> {
        match self {
            Self::Default | Self::On => Some(default),
            Self::Off => None,
            Self::Path(path) => Some(path),
        }
    }
}

/// The form of a value that is a path itself.
#[derive(Debug)]
pub struct Plain;

/// The form of a value that may hold a path.
#[derive(Debug)]
pub struct Optional;

/// The form of a value that is a `bool`.
#[derive(Debug)]
pub struct Switch;

/// The form of a value that is a path or a `bool`.
#[derive(Debug)]
pub struct Either;

/// Nothing is of this form. With a second candidate for every type, also for every `Option` and
/// every `Result`, the compiler does not settle on one, and its errors name none of them.
#[derive(Debug)]
pub struct NoForm;

/// Nothing is this.
pub trait Nothing {}

#[diagnostic::do_not_recommend]
impl<V: Nothing> PathValue<NoForm> for V {
    fn into_path(self) -> Option<PathBuf> {
        None
    }
}

#[diagnostic::do_not_recommend]
impl<V: Nothing> PathOrSwitch<NoForm> for V {
    fn into_choice(self) -> Option<Choice> {
        None
    }
}

#[diagnostic::do_not_recommend]
impl PathOrSwitch<NoForm> for Option<NoForm> {
    fn into_choice(self) -> Option<Choice> {
        None
    }
}

#[diagnostic::do_not_recommend]
impl PathOrSwitch<NoForm> for Result<NoForm, NoForm> {
    fn into_choice(self) -> Option<Choice> {
        None
    }
}

#[diagnostic::do_not_recommend]
impl<P: AsRef<Path>> PathValue<Plain> for P {
    fn into_path(self) -> Option<PathBuf> {
        Some(owned(self.as_ref()))
    }
}

#[diagnostic::do_not_recommend]
impl<P: AsRef<Path>> PathValue<Optional> for Option<P> {
    fn into_path(self) -> Option<PathBuf> {
        self.as_ref().map(|path| owned(path.as_ref()))
    }
}

#[diagnostic::do_not_recommend]
impl<P: AsRef<Path>> PathValue<Optional> for &Option<P> {
    fn into_path(self) -> Option<PathBuf> {
        self.as_ref().map(|path| owned(path.as_ref()))
    }
}

#[diagnostic::do_not_recommend]
impl PathOrSwitch<Switch> for bool {
    fn into_choice(self) -> Option<Choice> {
        Some(if self { Choice::On } else { Choice::Off })
    }
}

#[diagnostic::do_not_recommend]
impl PathOrSwitch<Switch> for Option<bool> {
    fn into_choice(self) -> Option<Choice> {
        self.and_then(bool::into_choice)
    }
}

#[diagnostic::do_not_recommend]
impl<P: AsRef<Path>> PathOrSwitch<Either> for Result<P, bool> {
    fn into_choice(self) -> Option<Choice> {
        match self {
            Ok(path) => Some(Choice::Path(owned(path.as_ref()))),
            Err(switch) => switch.into_choice(),
        }
    }
}

#[diagnostic::do_not_recommend]
impl<Form, V: PathValue<Form>> PathOrSwitch<(Form,)> for V {
    fn into_choice(self) -> Option<Choice> {
        self.into_path().map(Choice::Path)
    }
}

/// Not generic: compiled here once, and not again with each build of each program.
fn owned(path: &Path) -> PathBuf {
    path.to_owned()
}
