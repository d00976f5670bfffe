//! What `/proc` says about this process. Every answer may be missing: `/proc` can be hidden, or not
//! exist.

use std::ffi::CStr;
use std::fs::File;

use crate::sys::{self, SignalBits, WORKING_DIRECTORY};

/// A number of any line: as wide as the widest, a set of signals.
pub(crate) type Number = SignalBits;

/// The lines of `/proc/self/status` that a start needs, read once.
#[derive(Debug, Default)]
pub(crate) struct ProcSelf {
    /// How many threads there are.
    pub(crate) threads: Option<Number>,
    /// The size of the descriptor table: every open descriptor is below it.
    pub(crate) descriptor_table: Option<Number>,
    /// The ignored signals.
    pub(crate) ignored_signals: Option<Number>,
    /// The signals that have a handler.
    pub(crate) caught_signals: Option<Number>,
    /// The blocked signals.
    pub(crate) blocked_signals: Option<Number>,
}

impl ProcSelf {
    pub(crate) fn read() -> Self {
        let mut answers = Self::default();
        // As bytes, since a program's name in it need not be UTF-8.
        for line in read(c"/proc/self/status").split(|&byte| byte == b'\n') {
            let Some(colon) = line.iter().position(|&byte| byte == b':') else { continue };
            let (name, value) = line.split_at(colon);
            let (answer, base) = match name {
                b"Threads" => (&mut answers.threads, 10),
                b"FDSize" => (&mut answers.descriptor_table, 10),
                b"SigIgn" => (&mut answers.ignored_signals, 16),
                b"SigCgt" => (&mut answers.caught_signals, 16),
                b"SigBlk" => (&mut answers.blocked_signals, 16),
                _ => continue,
            };
            *answer = number(&value[1..], base);
        }
        answers
    }
}

/// The file; empty when it cannot be read.
fn read(path: &CStr) -> Vec<u8> {
    // Mostly this is enough. `fs::read` would ask for the size first, which is 0 here.
    let mut text = vec![0; 2048];
    let mut length = 0;
    let Ok(file) = sys::open_at(WORKING_DIRECTORY, path, libc::O_RDONLY, 0).map(File::from) else {
        return Vec::new();
    };
    while let Ok(count @ 1..) = sys::read_on(&file, &mut text[length..]) {
        length += count;
        if length == text.len() {
            text.resize(2 * length, 0);
        } else {
            break;
        }
    }
    text.truncate(length);
    text
}

/// A number in digits, and a NUL behind it.
pub(crate) struct Digits([u8; 12]);

impl Digits {
    pub(crate) fn of(mut number: u32) -> Self {
        let mut text = [0; 12];
        let mut start = 11;
        loop {
            start -= 1;
            text[start] = b'0' + (number % 10) as u8;
            number /= 10;
            if number == 0 {
                text.copy_within(start.., 0);
                return Self(text);
            }
        }
    }

    pub(crate) fn as_c_str(&self) -> &CStr {
        CStr::from_bytes_until_nul(&self.0).unwrap_or(c"")
    }
}

/// A number behind white space. By hand: what std has for it is several times larger.
#[inline(never)]
pub(crate) fn number(text: &[u8], base: u32) -> Option<Number> {
    let digits = text.trim_ascii();
    let append = |number: Number, &digit: &u8| {
        let digit = char::from(digit).to_digit(base)?;
        number.checked_mul(base.into())?.checked_add(digit.into())
    };
    if digits.is_empty() { None } else { digits.iter().try_fold(0, append) }
}
