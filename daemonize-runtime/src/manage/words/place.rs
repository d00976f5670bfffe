//! Where the words look: the PID file and the logs, as the options name them.

use std::path::{Path, PathBuf, absolute};

use crate::error::{Printable, program_name, say};
use crate::options::{Options, StreamTarget, default_pid_file};

/// The files of a program.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// `None` where there is none.
    pub(crate) pid_file: Option<PathBuf>,
    /// Of standard output; absolute.
    pub(crate) log: Option<PathBuf>,
    /// Of standard error; absolute.
    pub(crate) errors: Option<PathBuf>,
}

impl Place {
    #[inline]
    pub(crate) fn of(options: &Options) -> Self {
        let Options { redirect, stdout, stderr, .. } = options;
        let [redirect, stdout, stderr] =
            [redirect, stdout, stderr].map(|target| target.as_ref().and_then(StreamTarget::path));
        Self {
            pid_file: options.pid_file.path_or(&default_pid_file()).map(PathBuf::from),
            log: redirect.or(stdout).map(absolute_path),
            errors: redirect.or(stderr).map(absolute_path),
        }
    }

    /// The PID file, without which nothing can be told.
    #[inline]
    pub(crate) fn pid_file(&self) -> &Path {
        self.pid_file.as_deref().unwrap_or_else(|| {
            refuse_missing("`pid_file` is false, so nobody can tell whether it runs")
        })
    }
}

/// Says that something is not there, and exits with the code of the Linux Standard Base for that.
#[inline]
pub(crate) fn refuse_missing(what: &str) -> ! {
    say(format_args!("{what}"));
    std::process::exit(6)
}

/// The absolute path: from another working directory a relative one names another file.
#[inline]
pub(crate) fn absolute_path(path: &Path) -> PathBuf {
    absolute(path).unwrap_or_else(|_| path.to_owned())
}

/// An absolute path on one line.
#[inline]
pub(crate) fn shown(path: &Path) -> String {
    Printable(&absolute_path(path)).to_string()
}

/// The program's name on one line.
#[inline]
pub(crate) fn program() -> String {
    Printable(&program_name().unwrap_or_else(|| "daemon".into())).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_stream_has_its_log_or_none() {
        let target = |name: &str| Some(StreamTarget::Path(PathBuf::from(name)));
        let logs = |options: Options| {
            let Place { log, errors, .. } = Place::of(&options);
            (log, errors)
        };
        let at = |name| Some(absolute_path(Path::new(name)));
        let default = Options::default;
        assert_eq!(
            logs(Options { redirect: target("both"), ..default() }),
            (at("both"), at("both"))
        );
        assert_eq!(logs(Options { stdout: target("out"), ..default() }), (at("out"), None));
        assert_eq!(logs(Options { stderr: target("err"), ..default() }), (None, at("err")));
        assert_eq!(logs(default()), (None, None));
    }
}
