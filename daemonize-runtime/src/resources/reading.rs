//! Reading a short text that somebody may be writing.

use std::fs::File;

use crate::sys::{self, Errno};

/// How often a text is read at most. A daemon changes its text now and then. What changes with each
/// reading is not a daemon's, and must hold nobody up.
const READINGS: u32 = 1000;

/// The beginning of a file and its length, as two readings in a row saw them. A reading that meets
/// a write may have the beginning of one text and the end of another, and one that meets a change
/// of the length has zero bytes.
pub(crate) fn read_settled<const LONGEST: usize>(
    file: &File,
) -> sys::Answer<([u8; LONGEST], usize)> {
    settled(|text| sys::read_at_start(file, text))
}

fn settled<const LONGEST: usize>(
    mut read: impl FnMut(&mut [u8]) -> sys::Answer<usize>,
) -> sys::Answer<([u8; LONGEST], usize)> {
    // No reading has this length.
    let mut last = ([0; LONGEST], usize::MAX);
    for _ in 0..READINGS {
        let before = last;
        last.1 = read(&mut last.0)?;
        if last == before {
            return Ok(last);
        }
    }
    Err(Errno::EAGAIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_two_readings_in_a_row_count() {
        let settled_in = |readings: &[&str]| -> sys::Answer<String> {
            let mut readings = readings.iter();
            let (text, length) = settled::<8>(|text| {
                let reading = readings.next().expect("no more than it takes");
                text[..reading.len()].copy_from_slice(reading.as_bytes());
                Ok(reading.len())
            })?;
            Ok(text[..length].escape_ascii().to_string())
        };
        assert_eq!(settled_in(&["", ""]), Ok(String::new()));
        let readings = ["\0", "4711", "47", "4711", "4711"];
        assert_eq!(settled_in(&readings), Ok("4711".to_owned()));
    }

    #[test]
    fn what_changes_all_the_time_holds_nobody_up() {
        let mut number = 0_u32;
        let settled = settled::<4>(|text| {
            number += 1;
            text.copy_from_slice(&number.to_ne_bytes());
            Ok(4)
        });
        assert_eq!(settled, Err(Errno::EAGAIN));
    }
}
