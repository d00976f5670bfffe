//! The words `start`, `restart` and `run`, and a start without a word. A running daemon is found
//! before the program evaluates anything that this daemon may hold, such as a port.

use std::env;
use std::path::Path;
use std::process;
use std::thread::sleep;
use std::time::Duration;

use crate::error::{Error, Holder, Kind};
use crate::manage::control::look::{Doubt, Found, PAUSE, find};
use crate::manage::words::by_word::{in_foreground, remember};
use crate::manage::words::place::{Place, program, shown};
use crate::manage::words::print;
use crate::options::{Options, Side};
use crate::start::{Parts, start as launch};
use crate::sys::{self, Deadline};

/// How long to wait for the outcome of a start that is under way.
const PATIENCE: Duration = Duration::from_secs(2);

/// The word `start`, which is content with a daemon that is up.
#[inline]
pub(crate) fn start(place: &Place) {
    match outcome(place.pid_file()) {
        Outcome::Up(pid) => be_content(pid),
        Outcome::Open => refuse(place.pid_file(), Holder::Start),
        Outcome::Down => {}
    }
    remember(|options, parts| {
        let started = start_and_tell("started", &options, parts);
        if let Some(named) = started.as_ref().err().and_then(Error::running_pid)
            && let Some(pid) = proven(Place::of(&options).pid_file(), named)
        {
            be_content(pid);
        }
        started
    });
}

/// The word `restart`, when nothing runs any more; whether something did.
#[inline]
pub(crate) fn restart(was_running: bool) {
    remember(if was_running {
        |options, parts| start_and_tell("restarted", &options, parts)
    } else {
        |options, parts| start_and_tell("started", &options, parts)
    });
}

/// The word `run`.
#[inline]
pub(crate) fn run(place: &Place) {
    refuse_second(place);
    remember(in_foreground);
}

/// No word of ours. An argument that begins with `-` may be one that only asks, such as `--help`,
/// which the program is to answer.
#[inline]
pub(crate) fn without_word(place: &Place) {
    if !env::args_os().nth(1).is_some_and(|first| first.as_encoded_bytes().starts_with(b"-")) {
        refuse_second(place);
    }
}

#[inline]
fn refuse_second(place: &Place) {
    let Some(pid_file) = &place.pid_file else { return };
    match outcome(pid_file) {
        Outcome::Up(pid) => refuse(pid_file, Holder::Daemon(pid)),
        Outcome::Open => refuse(pid_file, Holder::Start),
        Outcome::Down => {}
    }
}

/// What has become of a start that was or is under way.
enum Outcome {
    /// A daemon with this PID.
    Up(i32),
    /// It takes its time.
    Open,
    /// There is none, or nothing is certain: the start itself says more.
    Down,
}

#[inline]
fn outcome(pid_file: &Path) -> Outcome {
    let deadline = Deadline::after(PATIENCE);
    loop {
        match find(pid_file) {
            Found::Running(daemon) => return Outcome::Up(daemon.process.pid),
            Found::Starting if deadline.has_passed() => return Outcome::Open,
            Found::Starting => sleep(PAUSE),
            Found::Dead(_) | Found::Nothing | Found::Unknown(_) => return Outcome::Down,
        }
    }
}

/// The daemon that has the lock, when a start was refused because of it. The file may name somebody
/// else, such as a stranger that has the number of a dead daemon.
#[inline]
fn proven(pid_file: &Path, named: i32) -> Option<i32> {
    match find(pid_file) {
        Found::Running(daemon) => Some(daemon.process.pid),
        Found::Unknown(Doubt::Hidden(_)) => Some(named),
        _ => None,
    }
}

#[inline]
fn refuse(pid_file: &Path, holder: Holder) -> ! {
    let error = Error::from(Kind::AlreadyRunning(pid_file.to_owned(), holder));
    error.report();
    process::exit(error.exit_code().into())
}

#[inline]
fn be_content(pid: i32) -> ! {
    print(&format!("{} is already running, PID {pid}\n", program()));
    process::exit(0)
}

/// In the launcher, tells what is there now, and leaves.
#[inline]
fn start_and_tell(what: &str, options: &Options, parts: Parts) -> Result<(), Error> {
    if let Side::Launcher { daemon } = launch(options, parts, true, None)? {
        let log = Place::of(options).log.map(|log| format!(", log {}", shown(&log)));
        print(&format!("{} {what}, PID {daemon}{}\n", program(), log.unwrap_or_default()));
        sys::exit_now(0);
    }
    Ok(())
}
