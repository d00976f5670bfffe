//! The words of `commands = true`: `start`, `stop`, `restart`, `status`, `run`, `log`. Answers
//! those that start nothing, and remembers the others for the start.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::thread::sleep;
use std::time::Duration;
use std::{env, process};

use crate::error::{Error, Kind, program_name, say, utc};
use crate::manage::control::{Lock, Status, Stop, StopError, Stopped, status, stop};
use crate::options::{Options, default_pid_file};

/// Between two looks at a log that is followed.
const PAUSE: Duration = Duration::from_millis(100);

/// A word that starts the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Word {
    Start,
    Restart,
    Run,
}

static WORD: OnceLock<Word> = OnceLock::new();

/// The word that the program was started with, if it was one of ours.
pub(crate) fn word() -> Option<Word> {
    WORD.get().copied()
}

/// The program's arguments without the word of `commands`, if there was one: what the program's own
/// parser is to see, as in `Args::parse_from(daemonize_runtime::args_os())`.
///
/// The same as [`std::env::args_os`] in a program without `commands`.
pub fn args_os() -> impl Iterator<Item = OsString> {
    let skipped = word().map(|_| 1);
    env::args_os()
        .enumerate()
        .filter(move |(index, _)| Some(*index) != skipped)
        .map(|(_, argument)| argument)
}

/// Answers the first argument, if it is one of the words. Does not return for `stop`, `status` and
/// `log`; the exit codes are those of the Linux Standard Base.
pub(crate) fn answer(options: &Options) {
    let mut arguments =
        env::args_os().skip(1).map(|argument| argument.into_string().unwrap_or_default());
    let Some(first) = arguments.next() else { return refuse_second(options) };
    let rest: Vec<String> = arguments.collect();
    let rest: Vec<&str> = rest.iter().map(String::as_str).collect();
    let started = match (first.as_str(), &rest[..]) {
        ("start", _) => {
            // Before the program looks for a port or the like that the running one has.
            if let Status::Running { pid, .. } = status(pid_file(options)) {
                print(&format!("{} is already running, PID {pid}\n", program()));
                process::exit(0);
            }
            Word::Start
        }
        ("run", _) => Word::Run,
        ("restart", _) => {
            if let code @ 1.. = stop_and_say(&pid_file(options)) {
                process::exit(code);
            }
            Word::Restart
        }
        ("stop", []) => process::exit(stop_and_say(&pid_file(options))),
        ("status", []) => process::exit(say_status(options, false)),
        ("status", ["--json"]) => process::exit(say_status(options, true)),
        ("log", []) => process::exit(show_log(options, false)),
        ("log", ["-f"]) => process::exit(show_log(options, true)),
        ("stop", _) => refuse_usage("`stop` takes no arguments"),
        ("status", _) => refuse_usage("`status` takes `--json` or nothing"),
        ("log", _) => refuse_usage("`log` takes `-f` or nothing"),
        _ => return,
    };
    let _ = WORD.set(started);
}

/// Without any argument there is nothing that the program could answer first, such as `--help`, and
/// a running one has the port or the like that it would look for.
fn refuse_second(options: &Options) {
    if let Some(path) = options.pid_file.or(default_pid_file)
        && let Status::Running { pid, .. } = status(&path)
    {
        let error = Error::from(Kind::AlreadyRunning(path, Some(pid)));
        error.report();
        process::exit(error.exit_code().into());
    }
}

fn refuse_usage(why: &str) -> ! {
    say(why);
    process::exit(2)
}

fn refuse_missing(what: &str) -> ! {
    say(what);
    process::exit(6)
}

fn pid_file(options: &Options) -> PathBuf {
    options
        .pid_file
        .or(default_pid_file)
        .unwrap_or_else(|| refuse_missing("without a PID file nobody can tell whether it runs"))
}

fn log(options: &Options) -> Option<&Path> {
    options.redirect.as_deref().or(options.stdout.as_deref()).or(options.stderr.as_deref())
}

/// Where it was looked for: in another directory there may be another one.
fn absolute(pid_file: &Path) -> String {
    std::path::absolute(pid_file).unwrap_or_else(|_| pid_file.to_owned()).display().to_string()
}

/// Returns the exit code.
fn stop_and_say(pid_file: &Path) -> i32 {
    let text = match stop(pid_file, Stop::default()) {
        Ok(Stopped::Ended(lock)) => format!("stopped{}", after(lock, pid_file)),
        Ok(Stopped::Killed(lock)) => {
            format!("killed, since it did not stop{}", after(lock, pid_file))
        }
        Ok(Stopped::WasNotRunning) => format!("was not running ({})", absolute(pid_file)),
        Err(error) => {
            say(&format!("cannot stop: {error}"));
            return if matches!(error, StopError::StillRunning) { 1 } else { 4 };
        }
    };
    print(&format!("{} {text}\n", program()));
    0
}

/// Who has the lock of a daemon that has ended, in words.
fn after(lock: Lock, pid_file: &Path) -> String {
    match lock {
        Lock::Free => String::new(),
        Lock::New(Some(pid)) => format!("; another one runs already, PID {pid}"),
        Lock::New(None) => "; another one is starting".to_owned(),
        Lock::Left(Some(pid)) => {
            format!("; PID {pid}, which it left, still holds the lock of {}", absolute(pid_file))
        }
        Lock::Left(None) => {
            format!("; something that it left still holds the lock of {}", absolute(pid_file))
        }
    }
}

/// Returns the exit code.
fn say_status(options: &Options, as_json: bool) -> i32 {
    let pid_file = pid_file(options);
    let status = status(&pid_file);
    let (state, code) = match &status {
        Status::Running { .. } => ("running", 0),
        Status::Starting => ("starting", 0),
        Status::Dead => ("dead", 1),
        Status::NotRunning => ("not running", 3),
        Status::Unknown(_) => ("unknown", 4),
    };
    let log = log(options).map(|log| log.to_string_lossy().into_owned());
    let line = if as_json {
        let (pid, since) = match &status {
            Status::Running { pid, since } => (pid.to_string(), json(&utc(*since))),
            _ => ("null".to_owned(), "null".to_owned()),
        };
        let reason = if let Status::Unknown(why) = &status { json(why) } else { "null".to_owned() };
        let log = log.as_deref().map_or_else(|| "null".to_owned(), json);
        let [state, file] = [json(state), json(&pid_file.to_string_lossy())];
        format!(
            r#"{{"state":{state},"pid":{pid},"since":{since},"pid_file":{file},"log":{log},"reason":{reason}}}"#
        )
    } else {
        let log = log.map(|log| format!(", log {log}")).unwrap_or_default();
        let said = match &status {
            Status::Running { pid, since } => {
                format!("is running, PID {pid}, since {}{log}", utc(*since))
            }
            Status::Starting => "is starting".to_owned(),
            Status::Dead => format!("is dead and left {}{log}", pid_file.display()),
            Status::NotRunning => format!("is not running ({})", absolute(&pid_file)),
            Status::Unknown(why) => {
                format!("is in an unknown state: {}: {why}", pid_file.display())
            }
        };
        format!("{} {said}", program())
    };
    print(&format!("{line}\n"));
    code
}

/// Returns the exit code, unless it follows the log until nobody reads it any more.
fn show_log(options: &Options, follow: bool) -> i32 {
    let Some(path) = log(options) else { refuse_missing("its output goes to no file") };
    let shown = if follow { follow_log(path) } else { copy_log(path) };
    match shown {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            say(&format!("cannot show the log {}: {error}", path.display()));
            1
        }
        _ => 0,
    }
}

fn copy_log(path: &Path) -> io::Result<()> {
    io::copy(&mut File::open(path)?, &mut io::stdout().lock()).map(drop)
}

/// Goes on with the new file after a rotation, and from the beginning after a truncation.
fn follow_log(path: &Path) -> io::Result<()> {
    let mut file = File::open(path)?;
    let mut output = io::stdout().lock();
    loop {
        let copied = io::copy(&mut file, &mut output)?;
        output.flush()?;
        if copied > 0 {
            continue;
        }
        if file.stream_position()? > file.metadata()?.len() {
            file.seek(SeekFrom::Start(0))?;
        }
        match File::open(path) {
            Ok(next) if next.metadata()?.ino() != file.metadata()?.ino() => file = next,
            _ => sleep(PAUSE),
        }
    }
}

fn program() -> String {
    program_name().unwrap_or_else(|| "daemon".into()).to_string_lossy().into_owned()
}

/// Not `print!`, which panics when nobody reads.
fn print(text: &str) {
    let _ = io::stdout().write_all(text.as_bytes());
    let _ = io::stdout().flush();
}

/// A JSON string.
fn json(text: &str) -> String {
    let mut quoted = String::from('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            // In Rust's form of the escape the number stands in braces, in JSON's it has four
            // digits.
            _ if character.is_control() => {
                quoted.extend(["\\u", &format!("{:04x}", u32::from(character))]);
            }
            _ => quoted.push(character),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_strings_are_quoted() {
        assert_eq!(json("a\"b\\c\nd\u{1b}é"), r#""a\"b\\c\u000ad\u001bé""#);
    }
}
