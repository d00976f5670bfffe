//! Users and groups, as the system's databases know them.

use std::ffi::{CStr, CString, c_char};
use std::mem::MaybeUninit;
use std::ptr;

use super::{Answer, Errno};

/// The longest text of one account that is accepted.
const LONGEST: usize = 1 << 20;

/// An account.
#[derive(Debug)]
pub(crate) struct User {
    pub(crate) id: u32,
    /// Its primary group.
    pub(crate) group: u32,
    /// Its name, which need not be UTF-8.
    pub(crate) name: CString,
}

impl User {
    #[inline]
    pub(crate) fn by_name(name: &str) -> Answer<Option<Self>> {
        let name = CString::new(name).map_err(|_| Errno::EINVAL)?;
        look_up(
            |entry, text, length, found| {
                // SAFETY: the name ends with NUL, and `look_up` passes valid pointers and the size.
                unsafe { libc::getpwnam_r(name.as_ptr(), entry, text, length, found) }
            },
            Self::of,
        )
    }

    #[inline]
    pub(crate) fn by_id(id: u32) -> Answer<Option<Self>> {
        look_up(
            |entry, text, length, found| {
                // SAFETY: `look_up` passes valid pointers and the size.
                unsafe { libc::getpwuid_r(id, entry, text, length, found) }
            },
            Self::of,
        )
    }

    #[inline]
    fn of(entry: &libc::passwd) -> Self {
        // SAFETY: an entry that was found has a name that ends with NUL, in a buffer that is still
        // there.
        let name = unsafe { CStr::from_ptr(entry.pw_name) };
        Self { id: entry.pw_uid, group: entry.pw_gid, name: name.to_owned() }
    }
}

/// The id of the group of this name.
#[inline]
pub(crate) fn group_by_name(name: &str) -> Answer<Option<u32>> {
    let name = CString::new(name).map_err(|_| Errno::EINVAL)?;
    look_up(
        |entry, text, length, found| {
            // SAFETY: the name ends with NUL, and `look_up` passes valid pointers and the size.
            unsafe { libc::getgrnam_r(name.as_ptr(), entry, text, length, found) }
        },
        |entry: &libc::group| entry.gr_gid,
    )
}

/// Asks a database, with a buffer that grows until the text of the entry fits. `ask` gets the
/// entry, the buffer, its size, and the pointer that is null if nothing was found. Some errors say
/// that too, for example if there is no database at all. See getpwnam(3).
fn look_up<Entry, T>(
    mut ask: impl FnMut(*mut Entry, *mut c_char, usize, *mut *mut Entry) -> i32,
    read: impl FnOnce(&Entry) -> T,
) -> Answer<Option<T>> {
    let mut text = vec![0; 1024];
    loop {
        let mut entry = MaybeUninit::<Entry>::uninit();
        let mut found = ptr::null_mut();
        match ask(entry.as_mut_ptr(), text.as_mut_ptr(), text.len(), &raw mut found) {
            // SAFETY: the pointer is null, or that of the entry above, which was filled then.
            0 => return Ok(unsafe { found.as_ref() }.map(read)),
            libc::EINTR => {}
            libc::ENOENT | libc::ESRCH | libc::EBADF | libc::EPERM => return Ok(None),
            libc::ERANGE if text.len() < LONGEST => text = vec![0; 2 * text.len()],
            refusal => return Err(Errno::from_raw(refusal)),
        }
    }
}

/// The supplementary groups of an account, `primary` included.
#[cfg(not(any(target_vendor = "apple", target_os = "illumos", target_os = "solaris")))]
#[inline]
pub(crate) fn group_list(name: &CStr, primary: u32) -> Answer<Vec<u32>> {
    const MOST: i32 = 1 << 16;
    let mut room = 64;
    loop {
        let mut groups = vec![0; usize::try_from(room).unwrap_or(0)];
        let mut count = room;
        // SAFETY: the name ends with NUL, and the memory is ours and has room for so many.
        let told = unsafe {
            libc::getgrouplist(name.as_ptr(), primary, groups.as_mut_ptr(), &raw mut count)
        };
        if told != -1 {
            groups.truncate(usize::try_from(count).unwrap_or(0));
            return Ok(groups);
        }
        if room >= MOST {
            return Err(Errno::EINVAL);
        }
        room *= 2;
    }
}

/// The supplementary groups of an account: unknown here, and to guess them would be worse than to
/// refuse.
#[cfg(any(target_vendor = "apple", target_os = "illumos", target_os = "solaris"))]
#[inline]
pub(crate) fn group_list(_name: &CStr, _primary: u32) -> Answer<Vec<u32>> {
    Err(Errno::ENOSYS)
}
