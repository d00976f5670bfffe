//! The text of a PID file.

use std::fs::File;

use crate::sys;
use crate::sys::proc::number;

/// What is longer is not a PID.
pub(crate) const LONGEST: usize = 32;

/// The digits of the largest PID, and a newline.
pub(crate) const LONGEST_PID: u64 = 11;

/// What stands in a PID file.
pub(crate) enum Text {
    Pid(i32),
    /// Nothing yet, or digits that are nobody's PID.
    NoPid,
    /// Anything but digits with white space around them.
    Foreign,
}

/// Reads twice before the text is called foreign: a file that is made shorter meanwhile may be read
/// with zero bytes at its end.
pub(crate) fn read(file: &File) -> sys::Answer<Text> {
    match read_once(file)? {
        Text::Foreign => read_once(file),
        known => Ok(known),
    }
}

#[inline(never)]
fn read_once(file: &File) -> sys::Answer<Text> {
    let mut text = [0; LONGEST + 1];
    let length = sys::read_at_start(file, &mut text)?;
    let text = &text[..length];
    let digits = text.trim_ascii();
    if length > LONGEST || !digits.iter().all(u8::is_ascii_digit) {
        return Ok(Text::Foreign);
    }
    let pid = number(digits, 10).and_then(|pid| i32::try_from(pid).ok());
    Ok(pid.filter(|&pid| pid > 0).map_or(Text::NoPid, Text::Pid))
}
