//! What the attribute checks at compile time for literals, for all values.

use std::path::Path;

use crate::error::{Error, Kind, SAME_FILE};
use crate::options::{Options, Policy, Restart, StopSignal, StreamTarget, TimeLimit, Wait};

pub(crate) fn check(options: &Options, pid_file: Option<&Path>) -> Result<(), Error> {
    check_paths(options, pid_file)?;
    check_values(options)?;
    match contradiction(options, pid_file) {
        Some(why) => Err(Kind::Contradiction(why).into()),
        None => Ok(()),
    }
}

fn check_paths(options: &Options, pid_file: Option<&Path>) -> Result<(), Error> {
    let Options { redirect, stdin, stdout, stderr, .. } = options;
    let empty = first_empty(&[
        ("redirect", path_of(redirect.as_ref())),
        ("stdin", path_of(stdin.as_ref())),
        ("stdout", path_of(stdout.as_ref())),
        ("stderr", path_of(stderr.as_ref())),
        ("chdir", options.chdir.path()),
        ("chroot", options.chroot.as_deref()),
        ("pid_file", pid_file),
    ]);
    empty.map_or(Ok(()), |option| Err(Kind::EmptyPath(option).into()))
}

#[inline(never)]
fn first_empty(paths: &[(&'static str, Option<&Path>)]) -> Option<&'static str> {
    let is_empty = |path: Option<&Path>| path.is_some_and(|path| path.as_os_str().is_empty());
    paths.iter().find(|(_, path)| is_empty(*path)).map(|(option, _)| *option)
}

fn path_of(target: Option<&StreamTarget>) -> Option<&Path> {
    target.and_then(StreamTarget::path)
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
    let Options { redirect, stdin, stdout, stderr, .. } = options;
    let is_split = stdout.is_some() || stderr.is_some();
    if redirect.is_some() && is_split {
        return Some(
            "`redirect` sets standard output and standard error; remove it, or `stdout` and `stderr`",
        );
    }
    if !options.close_fd && (redirect.is_some() || stdin.is_some() || is_split) {
        return Some("`close_fd` is false, so no stream can be replaced");
    }
    if options.reopen && [redirect, stdout, stderr].into_iter().flatten().any(is_open) {
        return Some("`reopen` needs the path of a log, not an open file");
    }
    if options.reopen && options.stop_signal.as_ref().is_some_and(StopSignal::is_hang_up) {
        return Some("`reopen` opens the logs anew on SIGHUP; set `stop_signal` to another signal");
    }
    // Under another name it is found when both are open.
    let is_pid_file = |target: &Option<StreamTarget>| {
        let path = path_of(target.as_ref()).map(Path::as_os_str);
        path.is_some() && path == pid_file.map(Path::as_os_str)
    };
    [redirect, stdin, stdout, stderr].into_iter().any(is_pid_file).then_some(SAME_FILE)
}

fn is_open(target: &StreamTarget) -> bool {
    matches!(target, StreamTarget::Open(_))
}
