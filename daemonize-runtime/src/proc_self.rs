//! What `/proc/self` says about this process. Every answer may be missing: `/proc` can be hidden, or not exist.

use std::fs::{self, File};
use std::io::Read;

/// The lines of `/proc/self/status` that a start needs, read once.
#[derive(Debug, Default)]
pub(crate) struct ProcSelf {
    /// How many threads there are.
    pub(crate) threads: Option<usize>,
    /// The size of the descriptor table: every open descriptor is below it.
    pub(crate) descriptor_table: Option<usize>,
    /// The ignored signals; bit n - 1 is signal n.
    pub(crate) ignored_signals: Option<u64>,
    /// The blocked signals, in the same form.
    pub(crate) blocked_signals: Option<u64>,
}

impl ProcSelf {
    pub(crate) fn read() -> Self {
        let mut answers = Self::default();
        for line in read_status().split(|&byte| byte == b'\n') {
            let Some((name, value)) = std::str::from_utf8(line).ok().and_then(|line| line.split_once(':')) else {
                continue;
            };
            let value = value.trim();
            match name {
                "Threads" => answers.threads = value.parse().ok(),
                "FDSize" => answers.descriptor_table = value.parse().ok(),
                "SigIgn" => answers.ignored_signals = u64::from_str_radix(value, 16).ok(),
                "SigBlk" => answers.blocked_signals = u64::from_str_radix(value, 16).ok(),
                _ => {}
            }
        }
        answers
    }
}

/// The file as bytes, since a program's name in it need not be UTF-8; empty when it cannot be read.
fn read_status() -> Vec<u8> {
    // One page holds it, unless there are hundreds of supplementary groups. `fs::read` would ask for the size first.
    let mut text = vec![0; 4096];
    let mut length = 0;
    let Ok(mut file) = File::open("/proc/self/status") else {
        return Vec::new();
    };
    while let Ok(count @ 1..) = file.read(&mut text[length..]) {
        length += count;
        if length < text.len() {
            break;
        }
        text.resize(2 * length, 0);
    }
    text.truncate(length);
    text
}

/// How many descriptors are open; `None` where the kernel does not count them (Linux before 6.2).
pub(crate) fn open_descriptors() -> Option<usize> {
    let count = fs::metadata("/proc/self/fd").ok()?.len();
    usize::try_from(count).ok().filter(|&count| count > 0)
}
