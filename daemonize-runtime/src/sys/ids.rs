//! The ids and capabilities of this process.

use super::{Answer, Errno};

/// The effective user of this process.
#[inline]
pub(crate) fn effective_user() -> u32 {
    // SAFETY: has no preconditions and cannot fail.
    unsafe { libc::geteuid() }
}

/// The real user of this process.
#[cfg(target_os = "linux")]
#[inline]
pub(crate) fn user() -> u32 {
    // SAFETY: has no preconditions and cannot fail.
    unsafe { libc::getuid() }
}

/// The supplementary groups of this process.
#[cfg(not(target_vendor = "apple"))]
#[inline]
pub(crate) fn groups() -> Answer<Vec<u32>> {
    // SAFETY: a size of 0 asks for the number alone.
    let count = Errno::result(unsafe { libc::getgroups(0, std::ptr::null_mut()) })?;
    let mut groups = vec![0; usize::try_from(count).unwrap_or(0)];
    // SAFETY: the memory is ours and has room for so many.
    let count = Errno::result(unsafe { libc::getgroups(count, groups.as_mut_ptr()) })?;
    groups.truncate(usize::try_from(count).unwrap_or(0));
    Ok(groups)
}

/// Sets the supplementary groups of this process.
#[cfg(not(target_vendor = "apple"))]
#[inline]
pub(crate) fn set_groups(groups: &[u32]) -> Answer<()> {
    #[allow(clippy::useless_conversion, reason = "narrower on some platforms")]
    let count = groups.len().try_into().map_err(|_| Errno::EINVAL)?;
    // SAFETY: pointer and length belong to one slice.
    Errno::result(unsafe { libc::setgroups(count, groups.as_ptr()) }).map(drop)
}

/// This system tells the supplementary groups of the account, whatever was set.
#[cfg(target_vendor = "apple")]
#[inline]
pub(crate) fn groups() -> Answer<Vec<u32>> {
    Err(Errno::ENOSYS)
}

/// This system does not keep the supplementary groups that a process sets.
#[cfg(target_vendor = "apple")]
#[inline]
pub(crate) fn set_groups(_groups: &[u32]) -> Answer<()> {
    Err(Errno::ENOSYS)
}

/// Real, effective and saved ids, which can be set and told by one call.
#[cfg(any(
    target_os = "linux",
    target_os = "android",
    target_os = "freebsd",
    target_os = "dragonfly",
    target_os = "openbsd"
))]
mod all_ids {
    use super::{Answer, Errno};

    #[inline]
    pub(crate) fn set_group_ids(group: u32) -> Answer<()> {
        // SAFETY: takes numbers alone.
        Errno::result(unsafe { libc::setresgid(group, group, group) }).map(drop)
    }

    #[inline]
    pub(crate) fn set_user_ids(user: u32) -> Answer<()> {
        // SAFETY: takes numbers alone.
        Errno::result(unsafe { libc::setresuid(user, user, user) }).map(drop)
    }

    #[inline]
    pub(crate) fn has_group_ids(group: u32) -> bool {
        let [mut real, mut effective, mut saved] = [0; 3];
        // SAFETY: writes to memory that is ours.
        let told = unsafe { libc::getresgid(&raw mut real, &raw mut effective, &raw mut saved) };
        told == 0 && [real, effective, saved] == [group; 3]
    }

    #[inline]
    pub(crate) fn has_user_ids(user: u32) -> bool {
        let [mut real, mut effective, mut saved] = [0; 3];
        // SAFETY: writes to memory that is ours.
        let told = unsafe { libc::getresuid(&raw mut real, &raw mut effective, &raw mut saved) };
        told == 0 && [real, effective, saved] == [user; 3]
    }
}

/// Real, effective and saved ids. For root the usual calls set all three, and nothing tells the
/// saved one.
#[cfg(not(any(
    target_os = "linux",
    target_os = "android",
    target_os = "freebsd",
    target_os = "dragonfly",
    target_os = "openbsd"
)))]
mod all_ids {
    use super::{Answer, Errno};

    #[inline]
    pub(crate) fn set_group_ids(group: u32) -> Answer<()> {
        // SAFETY: takes a number.
        Errno::result(unsafe { libc::setgid(group) }).map(drop)
    }

    #[inline]
    pub(crate) fn set_user_ids(user: u32) -> Answer<()> {
        // SAFETY: takes a number.
        Errno::result(unsafe { libc::setuid(user) }).map(drop)
    }

    #[inline]
    pub(crate) fn has_group_ids(group: u32) -> bool {
        // SAFETY: both have no preconditions and cannot fail.
        unsafe { [libc::getgid(), libc::getegid()] == [group; 2] }
    }

    #[inline]
    pub(crate) fn has_user_ids(user: u32) -> bool {
        // SAFETY: both have no preconditions and cannot fail.
        unsafe { [libc::getuid(), libc::geteuid()] == [user; 2] }
    }
}

pub(crate) use all_ids::*;

/// Whether a process that gave up root gets it back by asking.
#[inline]
pub(crate) fn can_become_root() -> bool {
    // SAFETY: both take a number.
    unsafe { libc::setuid(0) == 0 || libc::seteuid(0) == 0 }
}

/// The layout of a header and three sets, each in two halves, of capget(2) and capset(2).
#[cfg(any(target_os = "linux", target_os = "android"))]
const CAPABILITY_VERSION_3: u32 = 0x2008_0522;

/// Gives up every capability in every set, whatever would keep them. No answer is believed: ask
/// [`has_capabilities`] afterwards.
#[cfg(any(target_os = "linux", target_os = "android"))]
#[inline]
pub(crate) fn drop_capabilities() {
    let mut header = [CAPABILITY_VERSION_3, 0];
    let nothing = [0_u32; 6];
    // SAFETY: header and sets have the layout of capset(2) for this version, 0 stands for this
    // process, and the other calls take numbers alone.
    unsafe {
        // If this is locked, there is nothing to keep.
        super::prctl(libc::PR_SET_KEEPCAPS, [0, 0]);
        super::prctl(libc::PR_CAP_AMBIENT, [libc::PR_CAP_AMBIENT_CLEAR_ALL as _, 0]);
        libc::syscall(libc::SYS_capset, header.as_mut_ptr(), nothing.as_ptr());
    }
}

/// Whether any capability is left: permitted, effective, inheritable or ambient.
#[cfg(any(target_os = "linux", target_os = "android"))]
#[inline]
pub(crate) fn has_capabilities() -> bool {
    let mut header = [CAPABILITY_VERSION_3, 0];
    let mut sets = [u32::MAX; 6];
    // SAFETY: header and sets have the layout of capget(2) for this version, and 0 stands for this
    // process.
    let result = unsafe { libc::syscall(libc::SYS_capget, header.as_mut_ptr(), sets.as_mut_ptr()) };
    // SAFETY: takes numbers alone, and changes nothing.
    let is_ambient = |capability: libc::c_ulong| unsafe {
        super::prctl(libc::PR_CAP_AMBIENT, [libc::PR_CAP_AMBIENT_IS_SET as _, capability])
    };
    // There is no answer beyond the last one, and none at all from kernels without this set or
    // through some filters. A capability is ambient only if it is permitted and inheritable, which
    // the other sets tell.
    let any_is_ambient =
        (0..64).map(is_ambient).take_while(|&answer| answer >= 0).any(|set| set > 0);
    result != 0 || sets != [0; 6] || any_is_ambient
}

/// Gives up every capability: there are none here.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
#[inline]
pub(crate) fn drop_capabilities() {}

/// Whether any capability is left: there are none here.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
#[inline]
pub(crate) fn has_capabilities() -> bool {
    false
}
