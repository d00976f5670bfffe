//! The properties that a start gives a daemon, except those that differ from start to start.

use std::path::{Path, PathBuf};

use tests::process::Process;

/// The lines of `/proc/PID/status` that a start determines.
const LINES: [&str; 6] = ["Uid", "Gid", "Groups", "Umask", "SigBlk", "SigIgn"];

/// The properties of a daemon, each with its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shape(Vec<(&'static str, String)>);

impl Shape {
    /// The shape of a daemon that runs its body. Paths in the start directory are relative, which
    /// lets the shapes of two daemons compare equal.
    pub(crate) fn of(process: Process, start_directory: &Path) -> Self {
        let relative =
            |path: PathBuf| path.strip_prefix(start_directory).map(Path::to_owned).unwrap_or(path);
        let stat = process.stat().expect("the process is alive");
        let mut streams: Vec<_> =
            process.descriptors().into_values().map(|file| relative(kind(file.target))).collect();
        let mut other_descriptors = streams.split_off(streams.len().min(3));
        // A supervisor's state file is optional: without it, a daemon starts as well.
        other_descriptors.retain(|file| file.extension() != Some("state".as_ref()));
        // Their numbers do not matter.
        other_descriptors.sort_unstable();
        let mut properties = vec![
            ("working directory", relative(process.working_directory()).display().to_string()),
            ("streams", format!("{streams:?}")),
            ("other descriptors", format!("{other_descriptors:?}")),
            ("session leader", (stat.session == process.0.as_raw()).to_string()),
            ("in the session leader's group", (stat.group == stat.session).to_string()),
            ("terminal", stat.terminal.to_string()),
        ];
        properties.extend(LINES.map(|line| (line, process.status(line))));
        Self(properties)
    }

    /// The differences in words.
    pub(crate) fn differences(&self, expected: &Self) -> Vec<String> {
        let pairs = self.0.iter().zip(&expected.0).filter(|(is, should)| is != should);
        pairs
            .map(|((property, is), (_, should))| format!("{property}: {is} instead of {should}"))
            .collect()
    }
}

/// Leaves out the inode of a pipe, which differs from start to start.
fn kind(target: PathBuf) -> PathBuf {
    let is_pipe = target.to_str().is_some_and(|target| target.starts_with("pipe:"));
    if is_pipe { "a pipe".into() } else { target }
}
