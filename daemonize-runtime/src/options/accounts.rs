//! Users and groups for options.

use std::fmt;

/// A user or a group: its name, its id as a `u32`, or an `Option` of either. `None` means that the
/// option is not set.
///
/// # Examples
///
/// ```
/// use daemonize_runtime::Daemon;
///
/// let daemon = Daemon::new().user("bot").group(1234);
/// let unchanged = Daemon::new().user(None::<&str>);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not name a user or a group",
    label = "expected a name or an id",
    note = "a name is a `&str` or a `String`, an id is a `u32`"
)]
pub trait AccountValue {
    /// The name or id, if there is one.
    #[doc(hidden)]
    fn into_account(self) -> Option<Account>;
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
    #[inline]
    pub(crate) fn id(&self) -> Option<u32> {
        let id = match self {
            Self::Name(name) => name.parse().ok(),
            Self::Id(id) => Some(*id),
        };
        id.filter(|&id| id != u32::MAX)
    }
}

impl fmt::Display for Account {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => name.fmt(f),
            Self::Id(id) => id.fmt(f),
        }
    }
}

impl AccountValue for &str {
    #[inline]
    fn into_account(self) -> Option<Account> {
        Some(Account::Name(self.to_owned()))
    }
}

impl AccountValue for &&str {
    #[inline]
    fn into_account(self) -> Option<Account> {
        (*self).into_account()
    }
}

impl AccountValue for String {
    #[inline]
    fn into_account(self) -> Option<Account> {
        Some(Account::Name(self))
    }
}

impl AccountValue for &String {
    #[inline]
    fn into_account(self) -> Option<Account> {
        Some(Account::Name(self.clone()))
    }
}

impl AccountValue for u32 {
    #[inline]
    fn into_account(self) -> Option<Account> {
        Some(Account::Id(self))
    }
}

impl<V: AccountValue> AccountValue for Option<V> {
    #[inline]
    fn into_account(self) -> Option<Account> {
        self.and_then(V::into_account)
    }
}

impl<V> AccountValue for &Option<V>
where
    for<'value> &'value V: AccountValue,
{
    #[inline]
    fn into_account(self) -> Option<Account> {
        self.as_ref().and_then(AccountValue::into_account)
    }
}

impl AccountValue for &u32 {
    #[inline]
    fn into_account(self) -> Option<Account> {
        self.to_owned().into_account()
    }
}
