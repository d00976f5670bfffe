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

/// The layout of a header and three sets, each in two halves, of capget(2) and capset(2).
#[cfg(target_os = "linux")]
const CAPABILITY_VERSION_3: u32 = 0x2008_0522;

/// Gives up every capability in every set, whatever would keep them. No answer is believed: ask
/// [`has_capabilities`] afterwards.
#[cfg(target_os = "linux")]
pub(crate) fn drop_capabilities() {
    use nix::libc;
    // Where it is locked, nothing is left that could be kept.
    let _ = nix::sys::prctl::set_keepcaps(false);
    let mut header = [CAPABILITY_VERSION_3, 0];
    let nothing = [0_u32; 6];
    // SAFETY: header and sets have the layout of capset(2) for this version, 0 stands for this
    // process, and the other call takes numbers alone.
    unsafe {
        libc::prctl(libc::PR_CAP_AMBIENT, libc::PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
        libc::syscall(libc::SYS_capset, header.as_mut_ptr(), nothing.as_ptr());
    }
}

/// Whether any capability is left: permitted, effective, inheritable or ambient.
#[cfg(target_os = "linux")]
pub(crate) fn has_capabilities() -> bool {
    use nix::libc;
    let mut header = [CAPABILITY_VERSION_3, 0];
    let mut sets = [u32::MAX; 6];
    // SAFETY: header and sets have the layout of capget(2) for this version, and 0 stands for this
    // process.
    let result = unsafe { libc::syscall(libc::SYS_capget, header.as_mut_ptr(), sets.as_mut_ptr()) };
    // SAFETY: takes numbers alone, and changes nothing.
    let is_ambient = |capability: libc::c_ulong| unsafe {
        libc::prctl(libc::PR_CAP_AMBIENT, libc::PR_CAP_AMBIENT_IS_SET, capability, 0, 0)
    };
    // There is no answer beyond the last one, and none at all from kernels without this set, nor
    // through some filters. No capability is ambient without being permitted and inheritable, so
    // that the other sets say it, too.
    let any_is_ambient =
        (0..64).map(is_ambient).take_while(|&answer| answer >= 0).any(|set| set > 0);
    result != 0 || sets != [0; 6] || any_is_ambient
}

/// Gives up every capability: there are none here.
#[cfg(not(target_os = "linux"))]
pub(crate) fn drop_capabilities() {}

/// Whether any capability is left: there are none here.
#[cfg(not(target_os = "linux"))]
pub(crate) fn has_capabilities() -> bool {
    false
}
