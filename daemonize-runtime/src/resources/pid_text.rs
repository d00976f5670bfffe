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

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::{env, fs, process, thread};

    use super::*;

    #[test]
    fn whoever_reads_while_a_pid_is_written_sees_it_or_none() {
        let path = env::temp_dir().join(format!("pid-{}", process::id()));
        let open =
            || File::options().read(true).write(true).create(true).truncate(false).open(&path);
        let [written, reading] = [open(), open()].map(|file| file.expect("a file"));
        let pids = (100_000..1_000_000).step_by(12_345).cycle();
        let is_over = AtomicBool::new(false);
        let texts = thread::scope(|scope| {
            scope.spawn(|| {
                for pid in pids.take_while(|_| !is_over.load(Ordering::Relaxed)) {
                    sys::write_at_start(&written, b"0000000").expect("room");
                    sys::write_at_start(&written, format!("{pid}\n").as_bytes()).expect("room");
                }
            });
            let texts: Vec<_> = (0..300_000).map(|_| read(&reading).expect("a text")).collect();
            is_over.store(true, Ordering::Relaxed);
            texts
        });
        fs::remove_file(path).expect("it is there");
        let is_right = |text: &Text| matches!(text, Text::NoPid | Text::Pid(100_000..1_000_000));
        assert!(texts.iter().all(is_right), "a PID that nobody has written");
    }
}
