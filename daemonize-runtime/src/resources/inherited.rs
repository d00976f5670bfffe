//! What the launcher inherited from 3 up: it must not reach the daemon, since a caller's pipe would
//! wait for the daemon's end.
//!
//! Before any code of the program runs, every descriptor without close-on-exec is inherited. Later
//! it may be the program's own: Rust sets close-on-exec on all that it opens, other languages and
//! some crates do not. So the attribute notes the inherited ones first. Without a note nothing is
//! closed: somebody may own the number, and would use the next file that gets it.

use std::os::fd::{AsFd, RawFd};

use crate::error::Error;
use crate::resources::descriptors::open_from;
use crate::resources::stream_file::{StreamFile, open_null};
use crate::sys::proc::ProcSelf;
use crate::sys::{self, Errno, Identity, Slot, retry_interrupted};

/// What is known from before the start. The first start takes it.
static NOTE: Slot<Note> = Slot::empty();

#[derive(Debug)]
enum Note {
    /// These, of those that were open when `main` began, and how to find those that are still the
    /// same. So a start that is the first act of `main` is linked without it.
    Descriptors(Vec<Noted>, fn(&[Noted], &[RawFd]) -> Vec<RawFd>),
    /// Nothing of the program's has run yet.
    StartIsFirst,
}

#[derive(Debug)]
struct Noted {
    number: RawFd,
    /// `None` where the kernel does not tell.
    identity: Option<Identity>,
}

/// Notes what is inherited, but for those that were passed on purpose, which come first. The first
/// act of `main`.
#[inline]
pub(crate) fn note(passed: RawFd) {
    let found = find(passed, &[], &ProcSelf::read());
    let noted = found.into_iter().map(|number| Noted { number, identity: identity(number) });
    write(Note::Descriptors(noted.collect(), still));
}

/// Notes that the start is the first act of `main`.
pub(crate) fn note_that_start_is_first() {
    write(Note::StartIsFirst);
}

fn write(note: Note) {
    NOTE.put(Box::new(note));
}

/// All that can be inherited, but for those that the program has given as streams.
fn find(passed: RawFd, given: &[RawFd], proc_self: &ProcSelf) -> Vec<RawFd> {
    let mut found = Vec::new();
    for number in open_from(passed.saturating_add(3), proc_self) {
        if !given.contains(&number) && sys::is_inheritable(number) {
            found.push(number);
        }
    }
    found
}

/// The descriptors that do not reach the daemon.
#[derive(Debug)]
pub(crate) struct Inherited {
    pub(crate) descriptors: Vec<RawFd>,
    /// What they lead to afterwards, where somebody may own them.
    replacement: Option<StreamFile>,
}

impl Inherited {
    /// Must run before this crate opens anything. What was given as a stream is the program's own.
    pub(crate) fn find(
        passed: RawFd,
        given: &[RawFd],
        proc_self: &ProcSelf,
    ) -> Result<Self, Error> {
        let (descriptors, is_certain) = match NOTE.take().map(|note| *note) {
            Some(Note::Descriptors(noted, still)) => (still(&noted, given), true),
            Some(Note::StartIsFirst) => (find(passed, given, proc_self), true),
            None => (find(passed, given, proc_self), false),
        };
        let is_replaced = !is_certain && !descriptors.is_empty();
        let replacement = is_replaced.then(open_null).transpose()?;
        Ok(Self { descriptors, replacement })
    }

    /// All of them stay.
    pub(crate) fn keep() -> Self {
        Self { descriptors: Vec::new(), replacement: None }
    }

    /// Closes them, or has them lead to the null device. Those keep their numbers, and are closed
    /// in what the daemon executes.
    pub(crate) fn let_go(&self) -> sys::Answer<()> {
        let Some(null) = &self.replacement else {
            sys::close_all(&self.descriptors);
            return Ok(());
        };
        self.descriptors.iter().try_for_each(|&number| {
            match retry_interrupted(|| sys::replace_descriptor(number, null.file.as_fd())) {
                // It is above the limit, so no file will get this number.
                Err(Errno::EBADF) => {
                    sys::close_all(&[number]);
                    Ok(())
                }
                replaced => replaced,
            }
        })
    }
}

/// The numbers of noted descriptors that are still the same and can be inherited: a program makes
/// one its own by close-on-exec. Where the kernel does not tell whether it is the same, the number
/// decides.
#[inline]
fn still(noted: &[Noted], given: &[RawFd]) -> Vec<RawFd> {
    let is_same = |noted: &&Noted| {
        let now = identity(noted.number);
        noted.identity.zip(now).is_none_or(|(before, now)| before == now)
    };
    let same = noted.iter().filter(is_same).map(|noted| noted.number);
    same.filter(|number| !given.contains(number) && sys::is_inheritable(*number)).collect()
}

#[inline]
fn identity(number: RawFd) -> Option<Identity> {
    sys::status_of_number(number).ok().map(|status| status.identity)
}
