//! What an option may be given: a path or none, a path or a switch, a user or a group.
//!
//! The traits have a `Form` parameter that is always inferred. It keeps "anything that is a path"
//! apart from "an `Option` of anything that is a path", which Rust would otherwise take for
//! overlapping implementations.

use std::fmt;
use std::path::{Path, PathBuf};

/// A path for an option: anything that is `AsRef<Path>`, or an `Option` of it, where `None` is as
/// if the option were not given.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not name a file",
    label = "expected a path",
    note = "a path is anything that is `AsRef<Path>`, such as `&str` or `PathBuf`, or an `Option` of it"
)]
pub trait PathValue<Form> {
    /// The path, if there is one.
    #[doc(hidden)]
    fn into_path(self) -> Option<PathBuf>;
}

/// A path, or `true` for the default one, or `false` for none; also an `Option` of a path, where
/// `None` is as if the option were not given.
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
    /// The default path.
    Default,
    /// None at all.
    Off,
    /// This one.
    Path(PathBuf),
}

impl Choice {
    /// The path, if one was chosen.
    pub(crate) fn or(&self, default: impl FnOnce() -> PathBuf) -> Option<PathBuf> {
        match self {
            Self::Default => Some(default()),
            Self::Off => None,
            Self::Path(path) => Some(path.clone()),
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

impl<P: AsRef<Path>> PathValue<Plain> for P {
    fn into_path(self) -> Option<PathBuf> {
        Some(self.as_ref().to_owned())
    }
}

impl<P: AsRef<Path>> PathValue<Optional> for Option<P> {
    fn into_path(self) -> Option<PathBuf> {
        self.map(|path| path.as_ref().to_owned())
    }
}

impl<P: AsRef<Path>> PathValue<Optional> for &Option<P> {
    fn into_path(self) -> Option<PathBuf> {
        self.as_ref().map(|path| path.as_ref().to_owned())
    }
}

impl PathOrSwitch<Switch> for bool {
    fn into_choice(self) -> Option<Choice> {
        Some(if self { Choice::Default } else { Choice::Off })
    }
}

impl<Form, V: PathValue<Form>> PathOrSwitch<(Form,)> for V {
    fn into_choice(self) -> Option<Choice> {
        self.into_path().map(Choice::Path)
    }
}

/// A user or a group: its name, or its id as a `u32`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not name a user or a group",
    label = "expected a name or an id",
    note = "a name is a `&str` or a `String`, an id is a `u32`"
)]
pub trait AccountValue {
    /// The name or id.
    #[doc(hidden)]
    fn into_account(self) -> Account;
}

/// What an [`AccountValue`] says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Account {
    /// By name, or by an id in digits where no such name exists.
    Name(String),
    /// By id.
    Id(u32),
}

impl Account {
    /// The id that was given; `None` for a name, and for `u32::MAX`, which system calls take for
    /// "unchanged".
    pub(crate) fn id(&self) -> Option<u32> {
        let id = match self {
            Self::Name(name) => name.parse().ok(),
            Self::Id(id) => Some(*id),
        };
        id.filter(|&id| id != u32::MAX)
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => name.fmt(f),
            Self::Id(id) => id.fmt(f),
        }
    }
}

impl AccountValue for &str {
    fn into_account(self) -> Account {
        Account::Name(self.to_owned())
    }
}

impl AccountValue for String {
    fn into_account(self) -> Account {
        Account::Name(self)
    }
}

impl AccountValue for &String {
    fn into_account(self) -> Account {
        Account::Name(self.clone())
    }
}

impl AccountValue for u32 {
    fn into_account(self) -> Account {
        Account::Id(self)
    }
}
