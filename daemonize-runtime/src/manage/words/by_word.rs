//! How a word starts the program.

use std::sync::OnceLock;

use crate::error::Error;
use crate::options::Options;
use crate::start::{Parts, start};

/// How a word starts the program. `Ok` in the daemon, and in the foreground.
pub(super) type Start = fn(Options, Parts) -> Result<(), Error>;

static BY_WORD: OnceLock<ByWord> = OnceLock::new();

/// A start that a word has asked for.
pub(crate) struct ByWord(Start);

/// The start that a word has asked for.
#[inline]
pub(crate) fn by_word() -> Option<&'static ByWord> {
    BY_WORD.get()
}

impl ByWord {
    #[inline]
    pub(crate) fn start(&self, options: Options, parts: Parts) -> Result<(), Error> {
        (self.0)(options, parts)
    }
}

#[inline]
pub(super) fn remember(start: Start) {
    let _ = BY_WORD.set(ByWord(start));
}

/// The start of the word `run`.
#[inline]
pub(super) fn in_foreground(options: Options, parts: Parts) -> Result<(), Error> {
    let in_foreground = Options { when: Some(false), ..options };
    start(&in_foreground, parts, false, None).map(drop)
}
