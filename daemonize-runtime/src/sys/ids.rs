//! The ids and capabilities of this process.

use nix::unistd::{Gid, Uid};

/// The supplementary groups of an account, `primary` included.
#[cfg(not(any(target_vendor = "apple", target_os = "illumos", target_os = "solaris")))]
pub(crate) use nix::unistd::getgrouplist as group_list;

/// The supplementary groups of an account: unknown here, and to guess them would be worse than to
/// refuse.
#[cfg(any(target_vendor = "apple", target_os = "illumos", target_os = "solaris"))]
pub(crate) fn group_list(_name: &std::ffi::CStr, _primary: Gid) -> nix::Result<Vec<Gid>> {
    Err(nix::errno::Errno::ENOSYS)
}

/// The supplementary groups of this process.
#[cfg(not(target_vendor = "apple"))]
pub(crate) use nix::unistd::getgroups as groups;

/// Sets the supplementary groups of this process.
#[cfg(not(target_vendor = "apple"))]
pub(crate) use nix::unistd::setgroups as set_groups;

/// The supplementary groups of this process: here they are those of the account, whatever was set.
#[cfg(target_vendor = "apple")]
pub(crate) fn groups() -> nix::Result<Vec<Gid>> {
    Err(nix::errno::Errno::ENOSYS)
}

/// Sets the supplementary groups of this process: not so that it lasts here.
#[cfg(target_vendor = "apple")]
pub(crate) fn set_groups(_groups: &[Gid]) -> nix::Result<()> {
    Err(nix::errno::Errno::ENOSYS)
}

/// Sets real, effective and saved group id.
pub(crate) fn set_group_ids(group: Gid) -> nix::Result<()> {
    #[cfg(any(
        target_os = "linux",
        target_os = "freebsd",
        target_os = "dragonfly",
        target_os = "openbsd"
    ))]
    return nix::unistd::setresgid(group, group, group);
    // As root this sets all three.
    #[cfg(not(any(
        target_os = "linux",
        target_os = "freebsd",
        target_os = "dragonfly",
        target_os = "openbsd"
    )))]
    return nix::unistd::setgid(group);
}

/// Sets real, effective and saved user id.
pub(crate) fn set_user_ids(user: Uid) -> nix::Result<()> {
    #[cfg(any(
        target_os = "linux",
        target_os = "freebsd",
        target_os = "dragonfly",
        target_os = "openbsd"
    ))]
    return nix::unistd::setresuid(user, user, user);
    // As root this sets all three.
    #[cfg(not(any(
        target_os = "linux",
        target_os = "freebsd",
        target_os = "dragonfly",
        target_os = "openbsd"
    )))]
    return nix::unistd::setuid(user);
}

/// Whether real, effective and saved group id are this one.
pub(crate) fn has_group_ids(group: Gid) -> bool {
    #[cfg(any(
        target_os = "linux",
        target_os = "freebsd",
        target_os = "dragonfly",
        target_os = "openbsd"
    ))]
    return nix::unistd::getresgid()
        .is_ok_and(|ids| [ids.real, ids.effective, ids.saved] == [group; 3]);
    #[cfg(not(any(
        target_os = "linux",
        target_os = "freebsd",
        target_os = "dragonfly",
        target_os = "openbsd"
    )))]
    return [nix::unistd::getgid(), nix::unistd::getegid()] == [group; 2];
}

/// Whether real, effective and saved user id are this one.
pub(crate) fn has_user_ids(user: Uid) -> bool {
    #[cfg(any(
        target_os = "linux",
        target_os = "freebsd",
        target_os = "dragonfly",
        target_os = "openbsd"
    ))]
    return nix::unistd::getresuid()
        .is_ok_and(|ids| [ids.real, ids.effective, ids.saved] == [user; 3]);
    #[cfg(not(any(
        target_os = "linux",
        target_os = "freebsd",
        target_os = "dragonfly",
        target_os = "openbsd"
    )))]
    return [nix::unistd::getuid(), nix::unistd::geteuid()] == [user; 2];
}

/// Whether a process that gave up root gets it back by asking.
pub(crate) fn can_become_root() -> bool {
    nix::unistd::setuid(Uid::from_raw(0)).is_ok() || nix::unistd::seteuid(Uid::from_raw(0)).is_ok()
}

/// Whether any capability is left, permitted or effective.
#[cfg(target_os = "linux")]
pub(crate) fn has_capabilities() -> bool {
    const VERSION_3: u32 = 0x2008_0522;
    let mut header = [VERSION_3, 0];
    // Effective, permitted and inheritable, in two halves.
    let mut sets = [u32::MAX; 6];
    // SAFETY: header and sets have the layout of capget(2) for this version, and 0 stands for this
    // process.
    let result = unsafe {
        nix::libc::syscall(nix::libc::SYS_capget, header.as_mut_ptr(), sets.as_mut_ptr())
    };
    result != 0 || [sets[0], sets[1], sets[3], sets[4]] != [0; 4]
}

/// Whether any capability is left: there are none here.
#[cfg(not(target_os = "linux"))]
pub(crate) fn has_capabilities() -> bool {
    false
}
