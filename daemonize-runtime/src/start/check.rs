//! What the attribute checks at compile time for literals, for all values.

use std::path::{Path, PathBuf};

use crate::error::{Error, Kind, SAME_FILE};
use crate::options::{Choice, Options, Policy, Restart, StopSignal, StreamTarget, TimeLimit, Wait};

pub(crate) fn check(options: &Options, pid_file: Option<&Path>) -> Result<(), Error> {
    check_paths(options, pid_file)?;
    check_values(options)?;
    match contradiction(options, pid_file) {
        Some(why) => Err(Kind::Contradiction(why).into()),
        None => Ok(()),
    }
}

fn check_paths(options: &Options, pid_file: Option<&Path>) -> Result<(), Error> {
    let chdir = if let Choice::Path(path) = &options.chdir { Some(path) } else { None };
    let others = [
        ("chdir", chdir.map(PathBuf::as_path)),
        ("chroot", options.chroot.as_deref()),
        ("pid_file", pid_file),
    ];
    let paths = streams(options).map(|(name, target)| (name, target.and_then(StreamTarget::path)));
    let is_empty = |path: Option<&Path>| path.is_some_and(|path| path.as_os_str().is_empty());
    match paths.into_iter().chain(others).find(|(_, path)| is_empty(*path)) {
        Some((option, _)) => Err(Kind::EmptyPath(option).into()),
        None => Ok(()),
    }
}

fn check_values(options: &Options) -> Result<(), Error> {
    let wrong = match options {
        Options { umask: Some(mask), .. } if mask & !0o777 != 0 => Kind::Umask(*mask),
        Options { restart: Some(Restart { policy: Policy::Unknown(word), .. }), .. } => {
            Kind::UnknownPolicy(word.clone())
        }
        Options { stop_signal: Some(StopSignal::Unknown(name)), .. } => {
            Kind::UnknownSignal(name.clone())
        }
        Options { stop_timeout: Some(TimeLimit(None)), .. } => Kind::TimeLimit("stop_timeout"),
        Options { wait_ready: Wait::AtMost(TimeLimit(None)), .. } => Kind::TimeLimit("wait_ready"),
        _ => return Ok(()),
    };
    Err(wrong.into())
}

fn contradiction(options: &Options, pid_file: Option<&Path>) -> Option<&'static str> {
    let [redirect, _, stdout, stderr] = streams(options).map(|(_, target)| target);
    let mut targets = streams(options).into_iter().filter_map(|(_, target)| target);
    let is_open = |target: Option<&StreamTarget>| matches!(target, Some(StreamTarget::Open(_)));
    if redirect.is_some() && (stdout.is_some() || stderr.is_some()) {
        Some(
            "`redirect` sets standard output and standard error; remove it, or `stdout` and `stderr`",
        )
    } else if !options.close_fd && targets.next().is_some() {
        Some("`close_fd` is false, so no stream can be replaced")
    } else if options.reopen && [redirect, stdout, stderr].into_iter().any(is_open) {
        Some("`reopen` needs the path of a log, not an open file")
    } else if pid_file.is_some() && targets.any(|target| target.path() == pid_file) {
        Some(SAME_FILE)
    } else {
        None
    }
}

fn streams(options: &Options) -> [(&'static str, Option<&StreamTarget>); 4] {
    let Options { redirect, stdin, stdout, stderr, .. } = options;
    [("redirect", redirect), ("stdin", stdin), ("stdout", stdout), ("stderr", stderr)]
        .map(|(name, target)| (name, target.as_ref()))
}
