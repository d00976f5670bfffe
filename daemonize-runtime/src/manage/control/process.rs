//! One process, exactly: it is pinned, so its number cannot come to mean another one.

use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{fs, io, process};

use crate::sys::{self, Deadline, Errno, Identity, Signal, identity_of};

/// A process that is alive, or was when it was pinned.
#[derive(Debug)]
pub(crate) struct Process {
    pub(crate) pid: i32,
    /// `None` where the platform has no such handle. Then the number alone has to do.
    handle: Option<OwnedFd>,
}

/// How much of a process this user can see that may not look into it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sight {
    /// Nothing, nor of any other: `/proc` is missing, or shows another PID namespace.
    Blind,
    /// Nothing.
    None,
    /// That it is another user's.
    Stranger,
    /// That it is this user's own.
    Own,
}

impl Process {
    /// `None` when there is no such process.
    #[inline]
    pub(crate) fn pin(pid: i32) -> Option<Self> {
        match sys::open_process(pid) {
            Ok(handle) => Some(Self { pid, handle: Some(handle) }),
            Err(Errno::ESRCH) => None,
            Err(_) if sys::signal_process(pid, None, None) == Err(Errno::ESRCH) => None,
            Err(_) => Some(Self { pid, handle: None }),
        }
    }

    /// Whether it has the file open and locked, by its table of descriptors.
    #[inline]
    pub(crate) fn holds(&self, file: Identity) -> io::Result<bool> {
        if !cfg!(target_os = "linux") {
            // Nothing here can tell, so the number in the file has to do.
            return Ok(true);
        }
        let held = if is_blind() {
            // The number would be that of a stranger.
            Err(io::ErrorKind::NotFound.into())
        } else {
            holds(&directory_of(self.pid), file)
        };
        held.or_else(|error| if self.has_ended() { Ok(false) } else { Err(error) })
    }

    /// Whether a PID file of this owner may name it: root's may name anybody, and everybody else's
    /// only their own.
    #[inline]
    pub(crate) fn belongs_to(&self, owner: u32) -> bool {
        owner == 0 || !cfg!(target_os = "linux") || effective_user_of(self.pid) == Some(owner)
    }

    /// What this user sees of it.
    #[inline]
    pub(crate) fn sight(&self) -> Sight {
        if is_blind() {
            return Sight::Blind;
        }
        match effective_user_of(self.pid) {
            Some(user) if user == sys::effective_user() => Sight::Own,
            Some(_) => Sight::Stranger,
            None => Sight::None,
        }
    }

    #[inline]
    pub(crate) fn signal(&self, signal: Signal) -> sys::Answer<()> {
        match sys::signal_process(self.pid, self.handle.as_ref(), Some(signal)) {
            // It has ended meanwhile, which is what every signal here is for.
            Err(Errno::ESRCH) => Ok(()),
            sent => sent,
        }
    }

    /// Asks a supervisor to end, and its body within this time limit.
    #[inline]
    pub(crate) fn request(&self, signal: Signal, limit: Duration) -> sys::Answer<()> {
        match sys::request_process(self.pid, self.handle.as_ref(), signal, limit) {
            Err(Errno::ESRCH) => Ok(()),
            sent => sent,
        }
    }

    /// Waits for its end; says whether it came in time.
    #[inline]
    pub(crate) fn wait(&self, limit: Duration) -> bool {
        if let Some(handle) = &self.handle {
            return sys::wait_until_readable(handle, limit);
        }
        let deadline = Deadline::after(limit);
        // A dead process can still be signalled until its parent learns of its end.
        while sys::signal_process(self.pid, None, None) != Err(Errno::ESRCH)
            && !stat_of(self.pid).is_some_and(|stat| stat.is_dead)
        {
            if deadline.has_passed() {
                return false;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        true
    }

    /// Whether it is over, if only its parent does not know yet.
    #[inline]
    fn has_ended(&self) -> bool {
        self.handle.is_some() && self.wait(Duration::ZERO)
    }
}

/// A process that holds the file, as far as this user may know; the one with the lowest number.
#[inline]
pub(crate) fn find_holder(file: Identity) -> Option<i32> {
    numbers().into_iter().filter(|&pid| matches!(holds(&directory_of(pid), file), Ok(true))).min()
}

/// The numbers of all processes that this user may see.
#[inline]
pub(crate) fn numbers() -> Vec<i32> {
    let Ok(entries) = fs::read_dir("/proc") else { return Vec::new() };
    let numbers = entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    numbers.filter(|&pid| pid > 0).collect()
}

/// Where a process belongs, and since when; see `proc_pid_stat(5)`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stat {
    /// Whether it has ended, and its parent has not waited for it.
    pub(crate) is_dead: bool,
    pub(crate) parent: i32,
    pub(crate) session: i32,
    /// The number of the controlling terminal; 0 for none.
    pub(crate) terminal: i32,
    /// In ticks since the machine was started.
    pub(crate) started: u64,
}

#[inline]
pub(crate) fn stat_of(pid: i32) -> Option<Stat> {
    let text = fs::read(directory_of(pid).join("stat")).ok()?;
    // Behind the name, which may hold anything: spaces, parentheses, and what is no text.
    let end_of_name = text.iter().rposition(|&byte| byte == b')')?;
    let fields = str::from_utf8(text.get(end_of_name + 1..)?).ok()?;
    let fields: Vec<&str> = fields.split_ascii_whitespace().collect();
    let number = |index: usize| fields.get(index)?.parse().ok();
    Some(Stat {
        is_dead: fields.first() == Some(&"Z"),
        parent: number(1)?,
        session: number(3)?,
        terminal: number(4)?,
        started: fields.get(19)?.parse().ok()?,
    })
}

#[inline]
fn directory_of(pid: i32) -> PathBuf {
    PathBuf::from(format!("/proc/{pid}"))
}

/// Whether the numbers in `/proc` are not those by which this process knows others.
#[inline]
pub(crate) fn is_blind() -> bool {
    let own = process::id().to_string();
    let is_own = |shown: PathBuf| shown.as_os_str() == own.as_str();
    cfg!(target_os = "linux") && !fs::read_link("/proc/self").is_ok_and(is_own)
}

#[inline]
fn holds(directory: &Path, file: Identity) -> io::Result<bool> {
    let mut refusal = None;
    for descriptor in fs::read_dir(directory.join("fd"))? {
        let descriptor = descriptor?;
        let details = directory.join("fdinfo").join(descriptor.file_name());
        match fs::metadata(descriptor.path()) {
            Ok(open) if identity_of(&open) == file => match fs::read_to_string(details) {
                Ok(details) if details.contains("\nlock:") => return Ok(true),
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            },
            // The process may be hidden, or only a file that another user has mounted.
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => refusal = Some(error),
            _ => {}
        }
    }
    refusal.map_or(Ok(false), Err)
}

/// Not by the owner of the directory in `/proc`: that is root for a process which may not be looked
/// into.
#[inline]
fn effective_user_of(pid: i32) -> Option<u32> {
    let status = fs::read(directory_of(pid).join("status")).ok()?;
    let users = status.split(|&byte| byte == b'\n').find_map(|line| line.strip_prefix(b"Uid:"))?;
    str::from_utf8(users).ok()?.split_ascii_whitespace().nth(1)?.parse().ok()
}
