//! The state file: what only the supervisor knows, for `status`. It is informative. The lock of the
//! PID file beside it says whether the bot runs, and nobody is signalled because of this file.
//!
//! It is gone after a clean end, and stays when the supervisor has given up. Without it the
//! supervisor works the same.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;

use crate::resources::entry::Entry;
use crate::resources::pid_file::PidFile;
use crate::resources::pid_lock::GENTLY;
use crate::resources::place::Place;
use crate::resources::state_text::{FIRST_WORD, LENGTH, LONGEST, State, parse, sealed};
use crate::resources::streams::Streams;
use crate::sys::{self, Errno, FileStatus, Pid, errno_of};

/// Behind the name of the PID file.
const SUFFIX: &str = ".state";

/// How often a text is read that does not fit its sum: it may just be written.
const READINGS: u32 = 10;

/// The time between two readings.
const PAUSE: Duration = Duration::from_millis(1);

/// A state file that is this daemon's own.
#[derive(Debug)]
pub(crate) struct StateFile {
    file: File,
    place: Place,
}

/// The path of the state file: beside the PID file, under its whole name. So it takes no name that
/// the bot might want.
#[inline]
pub(crate) fn path_of(pid_file: &Path) -> PathBuf {
    let mut name = pid_file.as_os_str().to_owned();
    name.push(SUFFIX);
    name.into()
}

/// What the state file beside this PID file says; `None` when that is nothing certain.
#[inline]
pub(crate) fn read(pid_file: &Path) -> Option<State> {
    let file = Entry::of_path(&path_of(pid_file)).ok()?.open(GENTLY, 0).ok()?;
    if !sys::status_of(&file).is_ok_and(|status| status.is_regular()) {
        return None;
    }
    state_of(&file)
}

/// Removes the state file that a daemon left beside this PID file, whose lock is held meanwhile.
#[inline]
pub(crate) fn remove_left(pid_file: &Entry) {
    let left = pid_file.beside(SUFFIX).and_then(|entry| {
        let file = entry.open(GENTLY, 0)?;
        let status = sys::status_of(&file)?;
        if is_of_a_supervisor(&file, &status) {
            entry.remove_if(status.identity);
        }
        Ok(())
    });
    // What is not there needs not go.
    let _ = left;
}

impl StateFile {
    /// The state file beside a PID file, if there can be one: not where something stands already
    /// that no supervisor of this user has written, or that is a log. That is left as it is.
    #[inline]
    pub(crate) fn beside(pid_file: &PidFile, streams: &Streams) -> Option<Self> {
        Self::acquire(&pid_file.place, streams).ok()
    }

    /// Opens the file, and makes it if it is missing. The PID file, whose lock is held, stands in
    /// the same directory, which was found safe for it.
    #[inline]
    fn acquire(pid_file: &Place, streams: &Streams) -> sys::Answer<Self> {
        let mut place = pid_file.beside(SUFFIX)?;
        let (file, is_new) = place.with(open_or_create)?;
        let status = sys::status_of(&file)?;
        place.identity = status.identity;
        if let (true, Some((user, group))) = (is_new, place.receiver) {
            sys::change_owner(&file, Some(user), Some(group)).inspect_err(|_| place.remove())?;
        }
        let owner = place.receiver.map_or_else(sys::effective_user, |(user, _)| user);
        let is_own = status.names == 1 && status.owner == owner && status.mode & 0o022 == 0;
        let is_stream = streams.lead_to(place.identity);
        if is_stream || !(is_new || is_own && is_of_a_supervisor(&file, &status)) {
            return Err(Errno::EEXIST);
        }
        // Everybody may know, whatever the umask says; and nothing is known of this daemon yet.
        let _ = sys::set_mode(&file, 0o644);
        file.set_len(0).map_err(errno_of)?;
        Ok(Self { file, place })
    }

    /// Says that there is a supervisor. It comes before the PID file names one: whoever finds a
    /// supervisor there knows that it is one.
    #[inline]
    pub(crate) fn write_birth(&self, supervisor: Pid) {
        self.write(&State::at_birth(supervisor.as_raw()));
    }

    /// Closes the directory in which the file was opened.
    #[inline]
    pub(crate) fn leave_directory(&mut self) {
        self.place.leave_directory();
    }

    /// Says what is so from now on. What cannot be said is not: the bot matters more.
    #[inline]
    pub(crate) fn write(&self, state: &State) {
        let _ = write_to(&self.file, state);
    }

    /// Removes the file. Where that is not allowed, it says nothing any more.
    #[inline]
    pub(crate) fn remove(&self) {
        let _ = self.file.set_len(0);
        self.place.remove();
    }
}

/// Says whether the file is new.
#[inline]
fn open_or_create(entry: &Entry) -> sys::Answer<(File, bool)> {
    let flags = GENTLY | libc::O_RDWR;
    match entry.open(flags | libc::O_CREAT | libc::O_EXCL, 0o644) {
        Err(Errno::EEXIST) => Ok((entry.open(flags, 0)?, false)),
        made => Ok((made?, true)),
    }
}

/// Whether a supervisor has written it, or nobody has written anything yet.
#[inline]
fn is_of_a_supervisor(file: &File, status: &FileStatus) -> bool {
    let is_its_text = |text: String| text.is_empty() || text.starts_with(FIRST_WORD);
    status.is_regular() && text_of(file).is_some_and(is_its_text)
}

/// Writes a text always of the same length. The kernel changes the length of a file later than its
/// text, so that others would see a part of a longer one.
#[inline]
fn write_to(file: &File, state: &State) -> sys::Answer<()> {
    let text = sealed(&state.to_string());
    sys::write_at_start(file, format!("{text:LENGTH$}").as_bytes())
}

/// What the file says, if that is certain.
#[inline]
fn state_of(file: &File) -> Option<State> {
    (0..READINGS).find_map(|reading| {
        if reading > 0 {
            sleep(PAUSE);
        }
        parse(&text_of(file)?)
    })
}

/// Reads a text in one piece: two pieces may be of two texts.
#[inline]
fn text_of(file: &File) -> Option<String> {
    let mut text = [0; LONGEST];
    let length = sys::read_at_start(file, &mut text).ok()?;
    str::from_utf8(&text[..length]).ok().map(ToOwned::to_owned)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::time::{Duration, UNIX_EPOCH};
    use std::{env, fs, process, thread};

    use super::*;
    use crate::resources::state_text::Phase;
    use crate::sys::End;

    #[test]
    fn the_name_is_the_whole_one_of_the_pid_file() {
        assert_eq!(path_of(Path::new("run/bot.pid")), Path::new("run/bot.pid.state"));
    }

    #[test]
    fn whoever_reads_while_a_state_is_written_sees_a_whole_one_or_none() {
        let path = env::temp_dir().join(format!("state-{}", process::id()));
        let open =
            || File::options().read(true).write(true).create(true).truncate(false).open(&path);
        let [written, read] = [open(), open()].map(|file| file.expect("a file"));
        // The kernel copies a text piece by piece, so each number stands in several of them.
        let state = |number: i32| State {
            phase: Phase::Restarting,
            supervisor: number,
            body: Some(number),
            restarts: u64::MAX - u64::from(number.unsigned_abs()),
            next_start: Some(Duration::ZERO),
            last_end: Some((End::Exited(number), UNIX_EPOCH)),
        };
        let numbers = (1_000_000_000..).step_by(1_234_567).take(900).cycle();
        write_to(&written, &state(1_000_000_000)).expect("room");
        let is_over = AtomicBool::new(false);
        let texts = thread::scope(|scope| {
            scope.spawn(|| {
                for number in numbers.take_while(|_| !is_over.load(Ordering::Relaxed)) {
                    write_to(&written, &state(number)).expect("room");
                }
            });
            let texts: Vec<_> = (0..300_000).map(|_| text_of(&read)).collect();
            is_over.store(true, Ordering::Relaxed);
            texts
        });
        assert!(state_of(&read).is_some());
        fs::remove_file(path).expect("it is there");
        for text in texts {
            let read = text.as_deref().and_then(parse);
            assert_eq!(read, read.map(|read| state(read.supervisor)), "{text:?}");
        }
    }
}
