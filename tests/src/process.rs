//! What `/proc` says about a process. It is read as bytes, because a process name can be any bytes.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirEntryExt, MetadataExt};
use std::path::{Path, PathBuf};

use nix::fcntl::OFlag;
use nix::sys::signal::Signal;
use nix::unistd::Pid;

use crate::signals::bit;

/// A process, alive or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Process(pub Pid);

/// Fields of `/proc/PID/stat`.
#[derive(Clone, Copy, Debug)]
pub struct Stat {
    /// `Z` for a zombie.
    pub state: u8,
    /// The PID of its parent.
    pub parent: i32,
    /// Its process group, which is the PID of the leader.
    pub group: i32,
    /// Its session, which is the PID of the leader.
    pub session: i32,
    /// The controlling terminal's device number; 0 for none.
    pub terminal: i32,
}

/// An open file of a process.
#[derive(Clone, Debug)]
pub struct Descriptor {
    /// What `/proc/PID/fd` shows: a path or, for a pipe, something like `pipe:[4711]`.
    pub target: PathBuf,
    /// The flags of the open file, with `O_CLOEXEC` for the descriptor.
    pub flags: OFlag,
}

impl Process {
    /// The process that a PID file names. The file must be complete.
    #[must_use]
    #[track_caller]
    pub fn recorded_in(pid_file: &Path) -> Self {
        let text = fs::read_to_string(pid_file)
            .unwrap_or_else(|error| panic!("{}: {error}", pid_file.display()));
        let number = text.strip_suffix('\n').and_then(|number| number.parse().ok());
        let number =
            number.unwrap_or_else(|| panic!("{} is not complete: {text:?}", pid_file.display()));
        Self(Pid::from_raw(number))
    }

    /// The fields of `/proc/PID/stat`, or `None` if there is no such process.
    #[must_use]
    pub fn stat(self) -> Option<Stat> {
        let bytes = fs::read(self.file("stat")).ok()?;
        // The process name, in parentheses, may itself contain spaces and parentheses.
        let name_end = bytes.iter().rposition(|&byte| byte == b')')?;
        let fields = String::from_utf8_lossy(&bytes[name_end + 1..]).into_owned();
        let mut fields = fields.split_ascii_whitespace();
        let state = *fields.next()?.as_bytes().first()?;
        let mut number = || fields.next()?.parse().ok();
        Some(Stat {
            state,
            parent: number()?,
            group: number()?,
            session: number()?,
            terminal: number()?,
        })
    }

    /// Whether the process exists and is not a zombie.
    #[must_use]
    pub fn is_alive(self) -> bool {
        self.stat().is_some_and(|stat| !b"ZX".contains(&stat.state))
    }

    /// Whether the process is running: neither waiting nor dead.
    #[must_use]
    pub fn is_running(self) -> bool {
        self.stat().is_some_and(|stat| b"RD".contains(&stat.state))
    }

    /// The children of this process, zombies included.
    #[must_use]
    pub fn children(self) -> Vec<Self> {
        let is_child =
            |process: &Self| process.stat().is_some_and(|stat| stat.parent == self.0.as_raw());
        all().into_iter().filter(is_child).collect()
    }

    /// A field of `/proc/PID/status`, such as `SigIgn`.
    #[must_use]
    pub fn status(self, field: &str) -> String {
        let status = fs::read(self.file("status")).expect("the process exists");
        let status = String::from_utf8_lossy(&status);
        let value = status.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'));
        value.expect("the field exists").trim().to_owned()
    }

    /// A signal set of `/proc/PID/status`: bit n-1 stands for signal n.
    #[must_use]
    pub fn signals(self, field: &str) -> u64 {
        u64::from_str_radix(&self.status(field), 16).expect("a set of signals")
    }

    /// Whether the process has this PID in a PID namespace below that of the test.
    #[must_use]
    pub fn is_in_namespace_as(self, pid: i32) -> bool {
        self.status("NSpid").ends_with(&format!("\t{pid}"))
    }

    /// Whether the process blocks or ignores a signal.
    #[must_use]
    pub fn withholds(self, signal: Signal) -> bool {
        (self.signals("SigBlk") | self.signals("SigIgn")) & bit(signal) != 0
    }

    /// The working directory.
    #[must_use]
    pub fn working_directory(self) -> PathBuf {
        fs::read_link(self.file("cwd")).expect("the working directory can be read")
    }

    /// The open descriptors, by number.
    #[must_use]
    pub fn descriptors(self) -> BTreeMap<i32, Descriptor> {
        let entries = fs::read_dir(self.file("fd")).expect("the descriptors can be read");
        let numbers = entries.map(|entry| entry.expect("an entry").file_name());
        numbers
            .map(|number| number.to_str().and_then(|number| number.parse().ok()).expect("a number"))
            .filter_map(|number| Some((number, self.descriptor(number)?)))
            .collect()
    }

    fn descriptor(self, number: i32) -> Option<Descriptor> {
        let target = fs::read_link(self.file(&format!("fd/{number}"))).ok()?;
        let details = fs::read_to_string(self.file(&format!("fdinfo/{number}"))).ok()?;
        let flags = details.lines().find_map(|line| line.strip_prefix("flags:"))?;
        let flags = i32::from_str_radix(flags.trim(), 8).ok()?;
        Some(Descriptor { target, flags: OFlag::from_bits_retain(flags) })
    }

    /// Whether a descriptor is open on this very file, compared by device and inode.
    #[must_use]
    pub fn has_open(self, number: i32, path: &Path) -> bool {
        let identity = |path: &Path| fs::metadata(path).ok().map(|file| (file.dev(), file.ino()));
        let open = identity(&self.file(&format!("fd/{number}")));
        open.is_some() && open == identity(path)
    }

    /// Whether the process was executed with this environment variable, given as `NAME=value`.
    #[must_use]
    pub fn carries(self, variable: &[u8]) -> bool {
        let Ok(environment) = File::open(self.file("environ")) else { return false };
        // One read is enough for most environments; this is called for all processes, often.
        let environment = BufReader::with_capacity(1 << 14, environment);
        environment.split(0).map_while(Result::ok).any(|entry| entry == variable)
    }

    fn file(self, name: &str) -> PathBuf {
        PathBuf::from(format!("/proc/{}/{name}", self.0))
    }
}

/// All processes that `/proc` shows, zombies included.
#[must_use]
pub fn all() -> Vec<Process> {
    all_with_inodes().into_iter().map(|(process, _)| process).collect()
}

/// All processes, each with the inode of its directory, which comes with the listing. A process
/// that reuses a PID has another inode.
pub(crate) fn all_with_inodes() -> Vec<(Process, u64)> {
    let entries = fs::read_dir("/proc").expect("/proc can be read").flatten();
    let number = |name: &OsStr| str::from_utf8(name.as_bytes()).ok()?.parse().ok();
    entries
        .filter_map(|entry| {
            let process = Process(Pid::from_raw(number(&entry.file_name())?));
            Some((process, entry.ino()))
        })
        .collect()
}
