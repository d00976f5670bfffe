//! The text of a PID file.

use std::fs::File;

use crate::sys;
use crate::sys::proc::number;

/// What is longer is not a PID.
pub(crate) const LONGEST: usize = 31;

/// What stands in a PID file.
pub(crate) enum Text {
    Pid(i32),
    /// Nothing yet, or digits that are nobody's PID.
    NoPid,
    /// Anything but digits with white space around them.
    Foreign,
}

/// Reads until two readings agree. One that meets a write may have the beginning of one text and
/// the end of another, and one that meets a change of the length has zero bytes.
#[inline(never)]
pub(crate) fn read(file: &File) -> sys::Answer<Text> {
    let mut text = [0; LONGEST + 1];
    let text = loop {
        let before = text;
        let length = sys::read_at_start(file, &mut text)?;
        if text == before {
            break &text[..length];
        }
    };
    let digits = text.trim_ascii();
    if text.len() > LONGEST || !digits.iter().all(u8::is_ascii_digit) {
        return Ok(Text::Foreign);
    }
    let pid = number(digits, 10).and_then(|pid| i32::try_from(pid).ok());
    Ok(pid.filter(|&pid| pid > 0).map_or(Text::NoPid, Text::Pid))
}
