//! The answer of `status`: a line for people, or an object for scripts.

use std::path::Path;
use std::time::{Duration, SystemTime};

use crate::error::{Printable, utc};
use crate::manage::control::{BodyEnd, Status, Supervision, output, status};
use crate::manage::words::json::Object;
use crate::manage::words::place::{Place, absolute_path, program, shown};
use crate::manage::words::print;
use crate::sys::Signal;

/// The exit code where nothing is known, or nothing can be told.
const UNKNOWN: i32 = 4;

/// Says how the daemon is. Returns the exit code.
#[inline]
pub(crate) fn say_status(place: &Place, as_json: bool) -> i32 {
    let status = status(place.pid_file());
    let text = if as_json { json(&status, place) } else { line(&status, place) };
    if print(&format!("{text}\n")) { code(&status) } else { UNKNOWN }
}

/// The exit code of a state, from the Linux Standard Base.
#[inline]
fn code(status: &Status) -> i32 {
    match status {
        Status::Running { .. } | Status::Starting | Status::Restarting { .. } => 0,
        Status::Dead | Status::GivenUp { .. } => 1,
        Status::NotRunning => 3,
        Status::Unknown(_) => UNKNOWN,
    }
}

#[inline]
fn line(status: &Status, place: &Place) -> String {
    let pid_file = shown(place.pid_file());
    let facts = Facts::of(status);
    let mut parts = vec![match status {
        Status::Starting => "is starting".to_owned(),
        Status::Running { in_foreground: true, .. } => "is running in the foreground".to_owned(),
        Status::Running { .. } => "is running".to_owned(),
        Status::Restarting { next_start, .. } => restarting_in(*next_start),
        Status::GivenUp { .. } => "is not running: its supervisor has given up".to_owned(),
        Status::Dead => format!("is dead and left {pid_file}"),
        Status::NotRunning => format!("is not running ({pid_file})"),
        Status::Unknown(why) => format!("is in an unknown state: {pid_file}: {why}"),
    }];
    parts.extend(facts.pid.map(|pid| format!("PID {pid}")));
    parts.extend(facts.since.map(|since| format!("since {}", utc(since))));
    parts.extend(facts.unit.map(|unit| format!("run by {}", Printable(Path::new(unit)))));
    if let Some(Supervision { body, restarts, last_end }) = facts.supervision {
        parts.extend(body.map(|body| format!("body {body}")));
        let plural = if *restarts == 1 { "" } else { "s" };
        parts.push(format!("{restarts} restart{plural}"));
        parts.extend(last_end.map(|(end, at)| format!("last {} at {}", how(end), utc(at))));
    }
    let log =
        place.log.as_deref().filter(|_| !matches!(status, Status::NotRunning | Status::Unknown(_)));
    let describe = |output| match facts.pid {
        Some(pid) if output::is_journal(pid, 1) => "output to the journal".to_owned(),
        _ => output::describe(output),
    };
    // The same file by the name that the user has given to it, if it is that one.
    let is_log = |pid| log.is_some_and(|log| output::is(pid, 1, log));
    let elsewhere = facts.output.filter(|_| !facts.pid.is_some_and(is_log)).map(describe);
    parts.extend(elsewhere.or_else(|| log.map(|log| format!("log {}", shown(log)))));
    format!("{} {}", program(), parts.join(", "))
}

/// One JSON object on one line. It has the same members in every state.
#[inline]
fn json(status: &Status, place: &Place) -> String {
    let text = |path: &Path| absolute_path(path).to_string_lossy().into_owned();
    let log = place.log.as_deref().map(text);
    let errors = place.errors.as_deref().map(text);
    let facts = Facts::of(status);
    let output = facts.output.map(|output| output.to_string_lossy());
    let last_end = facts.supervision.and_then(|supervision| supervision.last_end);
    let last_end = last_end.map(|(end, at)| {
        let (code, signal) = match end {
            BodyEnd::Exited(code) => (Some(code), None),
            BodyEnd::Killed(_) => (None, Some(how(end))),
        };
        let object = Object::new().value("code", code).text("signal", signal.as_deref());
        object.text("at", Some(&utc(at))).finish()
    });
    let restart_in = match status {
        Status::Restarting { next_start: Some(at), .. } => Some(until(*at)),
        _ => None,
    };
    let (name, in_foreground, reason) = match status {
        Status::Starting => ("starting", None, None),
        Status::Running { in_foreground, .. } => ("running", Some(*in_foreground), None),
        Status::Restarting { .. } => ("restarting", Some(false), None),
        Status::GivenUp { .. } => ("given up", None, None),
        Status::Dead => ("dead", None, None),
        Status::NotRunning => ("not running", None, None),
        Status::Unknown(why) => ("unknown", None, Some(why.as_str())),
    };
    Object::new()
        .text("state", Some(name))
        .value("pid", facts.pid)
        .text("since", facts.since.map(utc).as_deref())
        .value("foreground", in_foreground)
        .text("unit", facts.unit)
        .value("body", facts.supervision.and_then(|supervision| supervision.body))
        .value("restarts", facts.supervision.map(|supervision| supervision.restarts))
        .value("restart_in", restart_in.map(in_seconds))
        .value("last_end", last_end)
        .text("pid_file", Some(&text(place.pid_file())))
        .text("log", log.as_deref())
        .text("error_log", errors.as_deref())
        .text("output", output.as_deref())
        .text("reason", reason)
        .finish()
}

/// With milliseconds. Not as a float: the code that writes one is larger than all of this.
#[inline]
fn in_seconds(time: Duration) -> String {
    format!("{}.{:03}", time.as_secs(), time.subsec_millis())
}

/// What several states have.
#[derive(Default)]
struct Facts<'a> {
    pid: Option<i32>,
    since: Option<SystemTime>,
    output: Option<&'a Path>,
    unit: Option<&'a str>,
    supervision: Option<&'a Supervision>,
}

impl<'a> Facts<'a> {
    #[inline]
    fn of(status: &'a Status) -> Self {
        match status {
            Status::Running { pid, since, output, unit, supervision, .. } => Self {
                pid: Some(*pid),
                since: Some(*since),
                output: output.as_deref(),
                unit: unit.as_deref(),
                supervision: supervision.as_ref(),
            },
            Status::Restarting { pid, since, output, unit, supervision, .. } => Self {
                pid: Some(*pid),
                since: Some(*since),
                output: output.as_deref(),
                unit: unit.as_deref(),
                supervision: Some(supervision),
            },
            Status::GivenUp { supervision } => {
                Self { supervision: Some(supervision), ..Self::default() }
            }
            _ => Self::default(),
        }
    }
}

/// Rounded up: a second that has begun is told.
#[inline]
fn restarting_in(next_start: Option<SystemTime>) -> String {
    match next_start.map(|at| until(at).as_millis().div_ceil(1000)) {
        Some(seconds @ 1..) => format!("is restarting in {seconds} s"),
        _ => "is restarting".to_owned(),
    }
}

/// To the millisecond.
#[inline]
fn until(time: SystemTime) -> Duration {
    let left = time.duration_since(SystemTime::now()).unwrap_or_default();
    Duration::from_millis(left.as_millis().try_into().unwrap_or(u64::MAX))
}

#[inline]
fn how(end: BodyEnd) -> String {
    match end {
        BodyEnd::Exited(code) => format!("exit code {code}"),
        BodyEnd::Killed(number) => match Signal::of(number) {
            Some(signal) => signal.to_string(),
            None => format!("signal {number}"),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_until_a_restart_is_told_while_there_is_any() {
        let soon = SystemTime::now() + Duration::from_secs(3600);
        let line = restarting_in(Some(soon));
        assert!(line.starts_with("is restarting in 3") && line.ends_with(" s"), "{line}");
        for over in [None, Some(SystemTime::UNIX_EPOCH)] {
            assert_eq!(restarting_in(over), "is restarting");
        }
    }
}
