//! The launcher as the user sees it: a command that returns an exit code and perhaps a message.

use std::process::{Child, ExitStatus, Output};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::wait::PATIENCE;

/// A launcher that has not returned yet.
#[derive(Debug)]
pub struct Launching(Child);

/// How a launcher ended, and what it printed.
#[derive(Debug)]
pub struct Launch {
    /// How the launcher ended.
    pub status: ExitStatus,
    /// What it wrote to standard output.
    pub stdout: String,
    /// What it wrote to standard error.
    pub stderr: String,
}

impl Launching {
    /// A launcher that was just executed.
    #[must_use]
    pub fn new(child: Child) -> Self {
        Self(child)
    }

    /// Sends the launcher a signal. It may have ended, but has not been reaped.
    pub fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.0.id()).expect("a PID");
        kill(Pid::from_raw(pid), signal).expect("the launcher has not been reaped");
    }

    /// Waits until the launcher has returned and its output has ended. A daemon that kept the
    /// launcher's standard streams open would keep their readers waiting.
    #[must_use]
    #[track_caller]
    pub fn finish(self) -> Launch {
        self.finish_unless(PATIENCE, || false).expect("the launch is not abandoned")
    }

    /// The same with a time limit. As soon as `is_over` is true, it stops waiting and returns
    /// `None`.
    #[must_use]
    #[track_caller]
    pub fn finish_unless(self, limit: Duration, is_over: impl Fn() -> bool) -> Option<Launch> {
        const BETWEEN_LOOKS: Duration = Duration::from_millis(5);
        let pid = self.0.id();
        let (sender, receiver) = mpsc::channel();
        thread::spawn(move || sender.send(self.0.wait_with_output()));
        let deadline = Instant::now() + limit;
        while Instant::now() < deadline {
            match receiver.recv_timeout(BETWEEN_LOOKS) {
                Ok(output) => return Some(output.expect("the output can be read").into()),
                Err(_) if is_over() => return None,
                Err(_) => {}
            }
        }
        panic!("launcher {pid} did not return within {limit:?}, or its output did not end")
    }
}

impl From<Output> for Launch {
    fn from(output: Output) -> Self {
        Self {
            status: output.status,
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

impl Launch {
    /// Expects success without any output.
    #[track_caller]
    pub fn assert_silent_success(&self) {
        assert!(
            self.status.success() && self.stdout.is_empty() && self.stderr.is_empty(),
            "not silent: {self:?}"
        );
    }

    /// Expects the start to fail with this code and to say why in one line on standard error,
    /// `program: what: why`. Returns the line.
    #[must_use]
    #[track_caller]
    pub fn refusal(&self, program: &str, code: i32) -> String {
        assert_eq!(self.status.code(), Some(code), "{self:?}");
        assert_eq!(self.stdout, "", "a failed start writes to standard error only");
        let line = self.stderr.strip_suffix('\n').unwrap_or_else(|| panic!("not a line: {self:?}"));
        assert!(!line.contains(char::is_control), "not one printable line: {line:?}");
        assert!(
            line.starts_with(&format!("{program}: ")),
            "does not begin with the program's name: {line:?}"
        );
        line.to_owned()
    }
}
