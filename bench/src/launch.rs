//! One start: from the spawn of the launcher to the first act of the body.

use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::Duration;

use bench::{LOG, PID_FILE, now};
use rustix::process::Pid;

use crate::Result;
use crate::contestants::Contestant;
use crate::processes::{end, reap_all, wait_for, wait_until};

pub(crate) struct Start {
    launcher: Child,
    pub(crate) spawned: Duration,
    /// The log, and where this start's part of it begins.
    log: File,
    offset: u64,
    pid_file: PathBuf,
}

/// What the body says in its first act.
pub(crate) struct Body {
    pub(crate) pid: Pid,
    pub(crate) began: Duration,
    /// When all was done that came before the start of the daemon.
    pub(crate) prepared: Duration,
}

impl Start {
    /// The directory is as a daemon leaves it that has ended well: with its log, without a PID
    /// file.
    pub(crate) fn spawn(
        contestant: &Contestant,
        mut command: Command,
        directory: &Path,
    ) -> Result<Self> {
        let log =
            OpenOptions::new().read(true).append(true).create(true).open(directory.join(LOG))?;
        let offset = log.metadata()?.len();
        let pid_file = directory.join(PID_FILE);
        let _ = fs::remove_file(&pid_file);
        command.current_dir(directory);
        if contestant.is_foreground {
            command.stdout(log.try_clone()?).stderr(log.try_clone()?);
        }
        let spawned = now();
        let launcher = command.spawn()?;
        Ok(Self { launcher, spawned, log, offset, pid_file })
    }

    /// Waits until the launcher has ended, and says when that was.
    pub(crate) fn await_prompt(&mut self) -> Result<Duration> {
        let status = wait_for(&mut self.launcher)?;
        let returned = now();
        if status.success() {
            Ok(returned)
        } else {
            Err(format!("a start failed: {status}").into())
        }
    }

    pub(crate) fn recorded_pid(&self) -> Option<Pid> {
        Pid::from_raw(fs::read_to_string(&self.pid_file).ok()?.trim().parse().ok()?)
    }

    pub(crate) fn await_body(&self) -> Result<Body> {
        let line = wait_until("a body", || self.read_line())?;
        let numbers: Vec<u64> =
            line.split_whitespace().map(str::parse).collect::<std::result::Result<_, _>>()?;
        let &[pid, began, prepared] = &numbers[..] else {
            return Err(format!("the log says {line:?}").into());
        };
        let pid = Pid::from_raw(i32::try_from(pid)?).ok_or("the log says 0")?;
        Ok(Body {
            pid,
            began: Duration::from_nanos(began),
            prepared: Duration::from_nanos(prepared),
        })
    }

    fn read_line(&self) -> Result<Option<String>> {
        let mut text = [0; 128];
        let length = self.log.read_at(&mut text, self.offset)?;
        let text = std::str::from_utf8(&text[..length])?;
        Ok(text.strip_suffix('\n').map(str::to_owned))
    }
}

/// A start that nobody measures.
pub(crate) fn start_and_end(contestant: &Contestant) -> Result<()> {
    let mut start = Start::spawn(contestant, contestant.command(), &contestant.directory)?;
    start.await_prompt()?;
    finish(&[start.await_body()?], contestant)
}

/// Ends what the starts have left.
pub(crate) fn finish(bodies: &[Body], contestant: &Contestant) -> Result<()> {
    if !contestant.is_foreground {
        bodies.iter().try_for_each(|body| end(body.pid))?;
    }
    reap_all()
}
