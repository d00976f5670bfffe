//! The text of a PID file.

use std::fs::File;

use crate::resources::reading::read_settled;
use crate::sys;
use crate::sys::proc::number;

/// What is longer is not a PID. With one byte more, two readings are compared in registers.
pub(crate) const LONGEST: usize = 31;

/// What stands in a PID file.
pub(crate) enum Text {
    Pid(i32),
    /// Nothing yet, or digits that are nobody's PID.
    NoPid,
    /// Anything but digits with white space around them.
    Foreign,
}

/// What the file says.
#[inline(never)]
pub(crate) fn read(file: &File) -> sys::Answer<Text> {
    let (text, length) = read_settled::<{ LONGEST + 1 }>(file)?;
    let text = &text[..length];
    let digits = text.trim_ascii();
    if text.len() > LONGEST || !digits.iter().all(u8::is_ascii_digit) {
        return Ok(Text::Foreign);
    }
    let pid = number(digits, 10).and_then(|pid| i32::try_from(pid).ok());
    Ok(pid.filter(|&pid| pid > 0).map_or(Text::NoPid, Text::Pid))
}
