//! The word `log`: the end of a log, and what is added to it.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::Path;
use std::time::Duration;

use crate::error::say;
use crate::manage::control::look::{Found, find};
use crate::manage::control::output;
use crate::manage::words::command_line::Order;
use crate::manage::words::is_unread;
use crate::manage::words::place::{Place, refuse_missing, shown};
use crate::resources::entry::Entry;
use crate::sys;

/// Between two looks at a log that is followed.
const PAUSE: Duration = Duration::from_millis(100);

/// How much of a log is read at once, from its end to its beginning.
const BLOCK: usize = 8192;

/// Why a log is not shown, or not any further.
enum Failure {
    /// It cannot be read.
    Log(io::Error),
    /// Standard output does not take it.
    Output(io::Error),
}

impl From<io::Error> for Failure {
    #[inline]
    fn from(error: io::Error) -> Self {
        Self::Log(error)
    }
}

/// Shows the log that the word asks for. Returns the exit code, unless it follows the log until
/// nobody reads it any more.
#[inline]
pub(crate) fn show_or_say(place: &Place, order: &Order) -> i32 {
    let Place { log, errors, .. } = place;
    let log = if order.stderr { errors.as_deref() } else { log.as_deref().or(errors.as_deref()) };
    let Some(log) = log else { refuse_missing(&without_log(place, 1 + i32::from(order.stderr))) };
    tell_of_others(place, log);
    match show(log, order.lines, order.follow) {
        Ok(()) => 0,
        Err(Failure::Log(error)) => {
            say(format_args!("cannot show the log {}: {error}", shown(log)));
            1
        }
        Err(Failure::Output(error)) => i32::from(!is_unread(&error)),
    }
}

/// Why there is no log. What runs may have been started with other options, or in the foreground.
#[inline]
fn without_log(place: &Place, descriptor: i32) -> String {
    let stream = if descriptor == 2 { "standard error" } else { "standard output" };
    let output = place.pid_file.as_deref().and_then(|pid_file| match find(pid_file) {
        Found::Running(daemon) => output::of(daemon.process.pid, descriptor),
        _ => None,
    });
    match output {
        Some(output) => format!("no log is set: {stream} goes to {}", output::name(&output)),
        None => format!("no log is set for {stream}"),
    }
}

/// Names output that is elsewhere: standard error, and that of a daemon that does not write to this
/// log, such as one in the foreground.
#[inline]
fn tell_of_others(place: &Place, shown_log: &Path) {
    let is_for_errors = place.log.as_deref() != Some(shown_log);
    if let Some(errors) = place.errors.as_deref().filter(|&errors| errors != shown_log) {
        say(format_args!("standard error is in {}; `log --stderr` shows it", shown(errors)));
    }
    if let Some(pid_file) = &place.pid_file
        && let Found::Running(daemon) = find(pid_file)
        && let descriptor = 1 + i32::from(is_for_errors)
        && let Some(output) = output::of(daemon.process.pid, descriptor)
        && !output::is(daemon.process.pid, descriptor, shown_log)
    {
        let output = output::name(&output);
        say(format_args!("it does not write to this log now: its output goes to {output}"));
    }
}

/// Writes the last lines of a log, and what is added to it for as long as somebody reads that.
#[inline]
fn show(path: &Path, lines: usize, follow: bool) -> Result<(), Failure> {
    let mut file = open(path)?;
    // What is shown would be there to be shown again, without an end.
    if is_output(&file) {
        return Err(io::Error::other("it is standard output").into());
    }
    let begin = begin_of_last(lines, &file)?;
    file.seek(SeekFrom::Start(begin))?;
    copy(&mut file)?;
    if follow { go_on(path, file) } else { Ok(()) }
}

#[inline]
fn is_output(file: &File) -> bool {
    let identity = |status: sys::FileStatus| status.identity;
    let output = sys::status_of(&io::stdout()).map(identity);
    output.is_ok() && output == sys::status_of(file).map(identity)
}

/// Shows the rest of a log; how much that was.
#[inline]
fn copy(file: &mut File) -> Result<usize, Failure> {
    let mut output = io::stdout().lock();
    let mut buffer = [0; BLOCK];
    let mut copied = 0;
    loop {
        let length = match file.read(&mut buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            read => read?,
        };
        output.write_all(&buffer[..length]).map_err(Failure::Output)?;
        copied += length;
        if length == 0 {
            output.flush().map_err(Failure::Output)?;
            return Ok(copied);
        }
    }
}

/// Not waiting for a writer, where something else stands in the place of a log.
#[inline]
fn open(path: &Path) -> io::Result<File> {
    let flags = libc::O_NONBLOCK | libc::O_NOCTTY;
    let file = Entry::of_path(path)?.open(flags, 0)?;
    // A device may have no end, and a pipe has no last lines.
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("not a regular file"));
    }
    Ok(file)
}

/// Where the last lines of a file begin; a last one without an end counts. A file that shrinks
/// meanwhile is shown from its beginning.
#[inline]
fn begin_of_last(lines: usize, file: &File) -> io::Result<u64> {
    let length = file.metadata()?.len();
    let mut left = lines;
    if left == 0 {
        return Ok(length);
    }
    let mut buffer = [0; BLOCK];
    // The end of the last line is no beginning of another one.
    let mut end = length.saturating_sub(1);
    while end > 0 {
        let begin = end.saturating_sub(BLOCK as u64);
        let block = &mut buffer[..usize::try_from(end - begin).unwrap_or(BLOCK)];
        if file.read_exact_at(block, begin).is_err() {
            return Ok(0);
        }
        for (index, _) in block.iter().enumerate().rev().filter(|(_, byte)| **byte == b'\n') {
            left -= 1;
            if left == 0 {
                return Ok(begin + index as u64 + 1);
            }
        }
        end = begin;
    }
    Ok(0)
}

/// Goes on with the new file after a rotation, and from the beginning after a truncation. Returns
/// when nobody reads any more.
#[inline]
fn go_on(path: &Path, mut file: File) -> Result<(), Failure> {
    loop {
        if copy(&mut file)? > 0 {
            continue;
        }
        if file.stream_position()? > file.metadata()?.len() {
            file.seek(SeekFrom::Start(0))?;
        }
        match open(path) {
            Ok(next) if next.metadata()?.ino() != file.metadata()?.ino() => {
                // What was written between the last look and the rotation.
                copy(&mut file)?;
                file = next;
            }
            // A quiet log would never notice it by writing.
            _ if sys::is_end_gone_within(&io::stdout(), PAUSE) => return Ok(()),
            _ => {}
        }
    }
}
