//! Where a process runs and where its output goes, as far as the kernel tells this user. Nothing
//! here is needed for a decision.

use std::fs;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};

use crate::error::Printable;
use crate::manage::control::process::{Stat, stat_of};
use crate::sys::{Identity, identity_of};

/// Where standard output of a process goes: a path, or what the kernel calls something without one,
/// such as `pipe:[4711]`.
#[inline]
pub(crate) fn of(pid: i32, descriptor: i32) -> Option<PathBuf> {
    fs::read_link(link(pid, descriptor)).ok()
}

/// Whether an output goes to the journal: the process was told so, by the numbers of the socket.
/// See systemd.exec(5), `JOURNAL_STREAM`.
#[inline]
pub(crate) fn is_journal(pid: i32, descriptor: i32) -> bool {
    let Ok(environment) = fs::read(format!("/proc/{pid}/environ")) else { return false };
    let mut variables = environment.split(|&byte| byte == 0);
    let told = variables.find_map(|variable| variable.strip_prefix(b"JOURNAL_STREAM="));
    told.is_some_and(|told| {
        fs::metadata(link(pid, descriptor))
            .is_ok_and(|socket| format!("{}:{}", socket.dev(), socket.ino()).as_bytes() == told)
    })
}

/// Whether an output goes to this very file, whatever its name is by now.
#[inline]
pub(crate) fn is(pid: i32, descriptor: i32, file: &Path) -> bool {
    let identity = |path: &Path| fs::metadata(path).map(|file| identity_of(&file)).ok();
    let output = identity(&link(pid, descriptor));
    output.is_some() && output == identity(file)
}

#[inline]
fn link(pid: i32, descriptor: i32) -> PathBuf {
    PathBuf::from(format!("/proc/{pid}/fd/{descriptor}"))
}

/// What an output is, in words: a path, or something without a name.
#[inline]
pub(crate) fn name(output: &Path) -> String {
    match output.to_string_lossy().split_once(":[") {
        Some((kind, _)) if !output.is_absolute() => format!("a {kind}"),
        _ => Printable(output).to_string(),
    }
}

/// What an output is among the facts about a daemon.
#[inline]
pub(crate) fn describe(output: &Path) -> String {
    let name = name(output);
    if output == Path::new("/dev/null") {
        "no log".to_owned()
    } else if output.is_absolute() && !output.starts_with("/dev") {
        format!("log {name}")
    } else {
        format!("output to {name}")
    }
}

/// Whether a process certainly runs in the foreground, and has not detached.
///
/// A daemon is in the session and process group of a leader of the same program, which has ended or
/// is about to, and has no terminal. It leads a session only if its body asks for that; then its
/// streams are files all the same.
#[inline]
pub(crate) fn is_in_foreground(pid: i32) -> bool {
    let Some(Stat { session, terminal, .. }) = stat_of(pid) else { return false };
    if pid == 1 || terminal != 0 {
        return true;
    }
    if session == pid {
        return (0..=2).any(|descriptor| is_connected(&link(pid, descriptor)));
    }
    // A session from outside of this PID namespace has no number here.
    let is_there = stat_of(session).is_some_and(|leader| leader.session == session);
    is_there && program_of(session).zip(program_of(pid)).is_some_and(|(one, other)| one != other)
}

#[inline]
fn program_of(pid: i32) -> Option<Identity> {
    fs::metadata(format!("/proc/{pid}/exe")).ok().map(|program| identity_of(&program))
}

/// Whether a descriptor leads to somebody: a pipe, a socket or a terminal.
#[inline]
fn is_connected(link: &Path) -> bool {
    fs::metadata(link).is_ok_and(|open| {
        let kind = open.file_type();
        kind.is_fifo() || kind.is_socket() || kind.is_char_device() && !is_null(link)
    })
}

#[inline]
fn is_null(link: &Path) -> bool {
    fs::read_link(link).is_ok_and(|target| target == Path::new("/dev/null"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_output_is_told_by_what_it_is() {
        for (output, told) in [
            ("/var/log/bot.log", "log /var/log/bot.log"),
            ("/var/log/bot.log (deleted)", "log /var/log/bot.log (deleted)"),
            ("/dev/pts/3", "output to /dev/pts/3"),
            ("/dev/null", "no log"),
            ("pipe:[4711]", "output to a pipe"),
            ("socket:[4711]", "output to a socket"),
            ("/odd\nname", "log /odd\\nname"),
        ] {
            assert_eq!(describe(Path::new(output)), told);
        }
    }
}
