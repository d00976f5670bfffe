//! One start, from the spawn of the launcher to the first act of the body.

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
    log: File,
    /// The length of the log before this start.
    offset: u64,
    pid_file: PathBuf,
}

/// The report of the body in its first act.
pub(crate) struct Body {
    pub(crate) pid: Pid,
    pub(crate) began: Duration,
    /// When the program had finished its preparation and began to become a daemon.
    pub(crate) prepared: Duration,
}

impl Start {
    /// Spawns the launcher in a directory with a log and without a PID file, as after a daemon that
    /// has ended.
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

    /// Waits for the end of the launcher, and returns its time.
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
        let line = wait_until("the report of the body", || self.read_line())?;
        let numbers: Vec<u64> =
            line.split_whitespace().map(str::parse).collect::<std::result::Result<_, _>>()?;
        let &[pid, began, prepared] = &numbers[..] else {
            return Err(format!("unexpected line in the log: {line:?}").into());
        };
        let pid = Pid::from_raw(i32::try_from(pid)?).ok_or("the body reports PID 0")?;
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

/// Writes the programs to disk and fills the caches. Before that, starts are slower.
pub(crate) fn warm_up(contestants: &[&Contestant]) -> Result<()> {
    rustix::fs::sync();
    for contestant in contestants {
        fs::create_dir_all(&contestant.directory)?;
        for _ in 0..20 {
            let mut start = Start::spawn(contestant, contestant.command(), &contestant.directory)?;
            start.await_prompt()?;
            finish(&[start.await_body()?], contestant)?;
        }
    }
    Ok(())
}

/// Ends the daemons and reaps all children.
pub(crate) fn finish(bodies: &[Body], contestant: &Contestant) -> Result<()> {
    if !contestant.is_foreground {
        bodies.iter().try_for_each(|body| end(body.pid))?;
    }
    reap_all()
}
