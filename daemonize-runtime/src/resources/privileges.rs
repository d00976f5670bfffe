//! Privileges: looked up in the launcher, where the databases can be reached, and given up in the
//! session leader, for good and verified. The order is the point: groups while root still may, the
//! user last.

use std::path::PathBuf;

use crate::error::{Error, Kind, Step};
use crate::options::Account;
use crate::sys::{self, Errno, User, group_by_name};

/// The user and the groups of the daemon, in numbers.
#[derive(Debug)]
pub(crate) struct Privileges {
    /// `None` leaves the user as it is.
    pub(crate) user: Option<u32>,
    pub(crate) group: u32,
    supplementary: Vec<u32>,
    /// What the user is called in messages.
    pub(crate) name: String,
}

impl Privileges {
    /// Looks the names up. `None` where nothing has to change.
    #[inline]
    pub(crate) fn resolve(
        user: Option<&Account>,
        group: Option<&Account>,
    ) -> Result<Option<Self>, Error> {
        let group = group.map(find_group).transpose()?;
        let wanted = match (user.map(find_user).transpose()?, group) {
            (None, None) => return Ok(None),
            (None, Some(group)) => {
                Self { user: None, group, supplementary: Vec::new(), name: String::new() }
            }
            (Some(Found::Account(account)), group) => {
                let group = group.unwrap_or(account.group);
                let name = account.name.to_string_lossy().into_owned();
                let supplementary = sys::group_list(&account.name, group).map_err(|reason| {
                    Kind::Step(Step::FindUser, Some(PathBuf::from(&name)), reason.into())
                })?;
                Self { user: Some(account.id), group, supplementary, name }
            }
            (Some(Found::BareId(uid)), Some(group)) => {
                let name = uid.to_string();
                Self { user: Some(uid), group, supplementary: vec![group], name }
            }
            (Some(Found::BareId(uid)), None) => {
                return Err(Kind::UserWithoutGroup(uid).into());
            }
        };
        if sys::effective_user() == 0 {
            Ok(Some(wanted))
        } else if wanted.hold_already() {
            Ok(None)
        } else {
            Err(Kind::NotRoot("become another user or group").into())
        }
    }

    /// The user that the daemon becomes, unless it stays root.
    #[inline]
    pub(crate) fn other_user(&self) -> Option<u32> {
        self.user.filter(|&user| user != 0)
    }

    /// Gives up everything else. Each step is verified by asking the kernel, since a filter can
    /// make a system call succeed without effect, and at the end by an attempt to come back.
    #[inline]
    pub(crate) fn assume(&self) -> sys::Answer<()> {
        sys::set_groups(&self.supplementary)?;
        sys::set_group_ids(self.group)?;
        if let Some(user) = self.user {
            sys::set_user_ids(user)?;
        }
        if self.other_user().is_some() {
            sys::drop_capabilities();
        }
        let is_kept = |held: &u32| self.supplementary.contains(held) || *held == self.group;
        let groups = sys::groups()?;
        let has_all = self.supplementary.iter().all(|wanted| groups.contains(wanted));
        if !groups.iter().all(is_kept) || !has_all || !self.hold_already() || self.can_return() {
            return Err(Errno::EPERM);
        }
        Ok(())
    }

    /// Whether all three user and group ids are the wanted ones.
    #[inline]
    fn hold_already(&self) -> bool {
        sys::has_group_ids(self.group) && self.user.is_none_or(sys::has_user_ids)
    }

    /// Whether root, or a part of its power, could be had back.
    #[inline]
    fn can_return(&self) -> bool {
        self.other_user().is_some() && (sys::can_become_root() || sys::has_capabilities())
    }
}

enum Found {
    Account(User),
    BareId(u32),
}

#[inline]
fn find_user(wanted: &Account) -> Result<Found, Error> {
    let failed = |reason: Errno| {
        Error::from(Kind::Step(Step::FindUser, Some(wanted.to_string().into()), reason.into()))
    };
    let unknown = || Error::from(Kind::Unknown("user", wanted.to_string()));
    if let Account::Name(name) = wanted
        && let Some(account) = User::by_name(name).map_err(failed)?
    {
        return Ok(Found::Account(account));
    }
    let uid = wanted.id().ok_or_else(unknown)?;
    Ok(User::by_id(uid).map_err(failed)?.map_or(Found::BareId(uid), Found::Account))
}

#[inline]
fn find_group(wanted: &Account) -> Result<u32, Error> {
    let failed = |reason: Errno| {
        Error::from(Kind::Step(Step::FindGroup, Some(wanted.to_string().into()), reason.into()))
    };
    if let Account::Name(name) = wanted
        && let Some(group) = group_by_name(name).map_err(failed)?
    {
        return Ok(group);
    }
    wanted.id().ok_or_else(|| Kind::Unknown("group", wanted.to_string()).into())
}
