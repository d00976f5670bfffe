//! Trust in a path: whether anybody but root can have changed the path to a file.
//!
//! A check of a path says nothing about its next use. So the path is walked step by step: each
//! directory is opened in the one before, and checked by its descriptor. The file is opened in the
//! directory at the end, whatever its path means by then. The handler of SIGHUP does the same,
//! without the heap and with little stack.

use std::ffi::CStr;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use crate::sys::{self, DIRECTORY, Errno, Pages, WORKING_DIRECTORY};

const LONGEST_PATH: usize = 4096;

/// As many as the kernel follows.
const MOST_LINKS: usize = 40;

/// A sticky directory is one that others may write in, whatever they may rename there.
const WRITABLE_BY_OTHERS: u32 = 0o1002;
const WRITABLE_BY_GROUP: u32 = 0o020;

const BELONGS_TO_OTHERS: &str = "a directory on the way to it belongs to another user";
const OTHERS_CAN_WRITE: &str = "others can write in a directory on the way to it";
const LINK_OF_OTHERS: &str = "a symbolic link on the way to it belongs to another user";

/// A directory at the end of its path, and who could have put what is in it there.
#[derive(Debug)]
pub(crate) enum Trust {
    /// Root alone.
    Roots(OwnedFd),
    /// Root and the members of a group. The way to it is root's.
    Groups(OwnedFd),
    /// Anybody, for this reason.
    Nobodys(&'static str),
}

/// Splits a path before the name of the file. A path that does not end with a name is a
/// directory's.
#[inline]
pub(crate) fn split(path: &[u8]) -> sys::Answer<(&[u8], &[u8])> {
    let start = path.iter().rposition(|&byte| byte == b'/').map_or(0, |slash| slash + 1);
    match path.split_at(start) {
        (_, b"" | b"." | b"..") => Err(Errno::EISDIR),
        parts => Ok(parts),
    }
}

/// Goes to a directory, from the root or from the working directory. Async-signal-safe.
#[inline]
pub(crate) fn follow(path: &[u8]) -> sys::Answer<Trust> {
    let mut way = Way::along(path)?;
    let mut here = Directory::start(path)?;
    let mut links = 0;
    while way.step() {
        if let Some(why) = here.doubt() {
            return Ok(Trust::Nobodys(why));
        }
        let directory = here.descriptor.as_fd();
        let there = sys::status_at(directory, way.name())?;
        if !there.is_link() {
            here = Directory::open(directory, way.name())?;
            continue;
        }
        if there.owner != 0 {
            return Ok(Trust::Nobodys(LINK_OF_OTHERS));
        }
        links += 1;
        if links > MOST_LINKS {
            return Err(Errno::ELOOP);
        }
        let target = way.prepend_link(directory)?;
        if target.starts_with(b"/") {
            here = Directory::start(target)?;
        }
    }
    Ok(here.into_trust())
}

/// A directory on the way.
struct Directory {
    descriptor: OwnedFd,
    mode: u32,
    owner: u32,
}

impl Directory {
    /// Where a path begins.
    #[inline]
    fn start(path: &[u8]) -> sys::Answer<Self> {
        Self::open(WORKING_DIRECTORY, if path.starts_with(b"/") { c"/" } else { c"." })
    }

    #[inline]
    fn open(parent: BorrowedFd<'_>, name: &CStr) -> sys::Answer<Self> {
        let descriptor = sys::open_at(parent, name, DIRECTORY, 0)?;
        let status = sys::status_of(&descriptor)?;
        Ok(Self { descriptor, mode: status.mode, owner: status.owner })
    }

    /// Why not to go on from here.
    #[inline]
    fn doubt(&self) -> Option<&'static str> {
        if self.owner != 0 {
            Some(BELONGS_TO_OTHERS)
        } else if self.mode & (WRITABLE_BY_OTHERS | WRITABLE_BY_GROUP) != 0 {
            Some(OTHERS_CAN_WRITE)
        } else {
            None
        }
    }

    #[inline]
    fn into_trust(self) -> Trust {
        match self.doubt() {
            None => Trust::Roots(self.descriptor),
            Some(_) if self.owner == 0 && self.mode & WRITABLE_BY_OTHERS == 0 => {
                Trust::Groups(self.descriptor)
            }
            Some(why) => Trust::Nobodys(why),
        }
    }
}

/// What is left of a path, at the end of its memory, so that the target of a link can be put before
/// it.
struct Way {
    memory: Pages,
    start: usize,
    /// The last name that was taken from it, with the NUL at its end that the kernel wants.
    name: Pages,
}

impl Way {
    #[inline]
    fn along(path: &[u8]) -> sys::Answer<Self> {
        // To the kernel it would end there.
        if path.contains(&0) {
            return Err(Errno::EINVAL);
        }
        let [memory, name] = [Pages::new(LONGEST_PATH)?, Pages::new(LONGEST_PATH)?];
        let mut way = Self { memory, start: LONGEST_PATH, name };
        way.make_room(path.len())?.copy_from_slice(path);
        Ok(way)
    }

    /// Room in front of what is left, and a slash in between.
    #[inline]
    fn make_room(&mut self, length: usize) -> sys::Answer<&mut [u8]> {
        let end = self.start.checked_sub(1).ok_or(Errno::ENAMETOOLONG)?;
        self.start = end.checked_sub(length).ok_or(Errno::ENAMETOOLONG)?;
        self.memory[end] = b'/';
        Ok(&mut self.memory[self.start..end])
    }

    /// Puts what the link of this name leads to in front of what is left.
    #[inline]
    fn prepend_link(&mut self, directory: BorrowedFd<'_>) -> sys::Answer<&[u8]> {
        let (name, room) = (c_str(&self.name), &mut self.memory[..self.start]);
        let length = sys::read_link_at(directory, name, room)?;
        let target_start = self.start.checked_sub(length + 1).ok_or(Errno::ENAMETOOLONG)?;
        self.memory.copy_within(..length, target_start);
        self.make_room(length).map(|target| &*target)
    }

    /// Takes the next name from the way. `false` at its end.
    #[inline]
    fn step(&mut self) -> bool {
        loop {
            let rest = &self.memory[self.start..];
            let Some(end) = rest.iter().position(|&byte| byte == b'/') else { return false };
            self.start += end + 1;
            match &rest[..end] {
                b"" | b"." => {}
                name => {
                    // Behind the way there was a slash at least.
                    self.name[..end].copy_from_slice(name);
                    self.name[end] = 0;
                    return true;
                }
            }
        }
    }

    #[inline]
    fn name(&self) -> &CStr {
        c_str(&self.name)
    }
}

/// The text up to the first NUL.
#[inline]
fn c_str(memory: &[u8]) -> &CStr {
    CStr::from_bytes_until_nul(memory).unwrap_or(c"")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(path: &str) -> sys::Answer<Vec<String>> {
        let mut way = Way::along(path.as_bytes())?;
        let mut names = Vec::new();
        while way.step() {
            names.push(way.name().to_str().expect("text").to_owned());
        }
        Ok(names)
    }

    #[test]
    fn a_way_is_its_names_in_turn() {
        assert_eq!(names("").as_deref(), Ok(&[][..]));
        assert_eq!(names("/").as_deref(), Ok(&[][..]));
        assert_eq!(names("/a//b/./../c/"), Ok(["a", "b", "..", "c"].map(str::to_owned).into()));
        let longest = "x".repeat(LONGEST_PATH - 1);
        assert_eq!(names(&longest), Ok(vec![longest.clone()]));
    }

    #[test]
    fn what_the_kernel_would_not_go_is_no_way() {
        assert_eq!(names("a\0b"), Err(Errno::EINVAL));
        assert_eq!(names(&"/".repeat(LONGEST_PATH)), Err(Errno::ENAMETOOLONG));
    }

    #[test]
    fn a_file_has_a_name_in_a_directory() {
        let parts = |path: &'static str| {
            split(path.as_bytes()).map(|(directory, name)| {
                [directory, name].map(|part| std::str::from_utf8(part).expect("text"))
            })
        };
        assert_eq!(parts("bot.pid"), Ok(["", "bot.pid"]));
        assert_eq!(parts("/bot.pid"), Ok(["/", "bot.pid"]));
        assert_eq!(parts("run//bot.pid"), Ok(["run//", "bot.pid"]));
        for directory in ["", "/", "run/", "run/.", ".."] {
            assert_eq!(parts(directory), Err(Errno::EISDIR), "{directory}");
        }
    }
}
