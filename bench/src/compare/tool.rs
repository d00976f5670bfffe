//! A tool that runs a program as a daemon. A round is start, status, crash and stop, measured from
//! outside.

use std::ffi::OsString;
use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use bench::{READY_VARIABLE, now};
use rustix::process::{
    Pid, Signal, WaitOptions, WaitStatus, kill_process, test_kill_process, wait,
};

use super::times::Times;
use crate::Result;
use crate::memory::proportional;
use crate::processes::{wait_for, wait_until};

pub(super) type Words = Vec<OsString>;

/// The file for a command's standard error, which is reported if the command fails.
const ERRORS: &str = "errors";

/// The process that restarts the program.
pub(super) enum Supervisor {
    /// There is none.
    None,
    /// The process in this PID file.
    Named(PathBuf),
    Process(Pid),
}

pub(super) struct Tool {
    pub(super) name: &'static str,
    /// A description for the report.
    pub(super) what: String,
    /// The working directory of its commands.
    pub(super) directory: PathBuf,
    /// The file for the reports of the workload.
    pub(super) ready: PathBuf,
    pub(super) environment: Vec<(&'static str, OsString)>,
    pub(super) start: Words,
    /// `None` if it has no such command.
    pub(super) status: Option<Words>,
    pub(super) stop: Option<Words>,
    pub(super) supervisor: Supervisor,
    /// The command that ends the tool itself.
    pub(super) farewell: Option<Words>,
    /// A process that runs before the first command.
    pub(super) manager: Option<Child>,
    pub(super) times: Times,
    /// Why a round has failed.
    pub(super) failure: Option<String>,
}

/// The report of the workload.
struct Report {
    pid: Pid,
    ready: Duration,
}

impl Tool {
    /// A tool with a start command alone.
    pub(super) fn new(
        name: &'static str,
        what: impl Into<String>,
        directory: PathBuf,
        start: Words,
    ) -> Self {
        Self {
            name,
            what: what.into(),
            ready: directory.join("ready"),
            directory,
            environment: Vec::new(),
            start,
            status: None,
            stop: None,
            supervisor: Supervisor::None,
            farewell: None,
            manager: None,
            times: Times::default(),
            failure: None,
        }
    }

    /// Measures a round, unless one has failed before. The other tools go on.
    pub(super) fn try_round(&mut self) {
        if self.failure.is_none() {
            self.failure = self.round().err().map(|why| why.to_string());
        }
    }

    pub(super) fn round(&mut self) -> Result<()> {
        let _ = fs::remove_file(&self.ready);
        let began = now();
        self.run(&self.start)?;
        let returned = now();
        let mut report = self.await_report(0)?;
        self.times.start.push_time(began, returned);
        self.times.ready.push_time(began, report.ready);
        if let Some(status) = &self.status {
            let began = now();
            self.run(status)?;
            self.times.status.push_time(began, now());
        }
        if let Some(supervisor) = self.supervisor()? {
            self.times.memory.push(proportional(supervisor)?);
            let began = now();
            kill_process(report.pid, Signal::KILL)?;
            report = self.await_report(1)?;
            self.times.restart.push_time(began, report.ready);
        }
        let began = now();
        match &self.stop {
            Some(stop) => self.run(stop)?,
            None => kill_process(report.pid, Signal::TERM)?,
        }
        wait_until("the end of the workload", || {
            while reap_one().is_some() {}
            Ok(test_kill_process(report.pid).is_err().then_some(()))
        })?;
        if self.stop.is_some() {
            self.times.stop.push_time(began, now());
        }
        Ok(())
    }

    /// Runs a command of the tool to its end. Reaps orphans meanwhile, because some commands wait
    /// for that.
    pub(super) fn run(&self, words: &Words) -> Result<()> {
        let pid = Pid::from_child(&self.command(words)?.spawn()?);
        let status = wait_until(&show(words), || {
            while let Some((ended, status)) = reap_one() {
                if ended == pid {
                    return Ok(Some(status));
                }
            }
            Ok(None)
        })?;
        if status.exit_status() == Some(0) {
            return Ok(());
        }
        let said = fs::read_to_string(self.directory.join(ERRORS))?;
        Err(format!("{}: {status:?}: {}", show(words), said.trim()).into())
    }

    /// A command of the tool, or its manager.
    pub(super) fn command(&self, words: &Words) -> Result<Command> {
        let mut command = Command::new(&words[0]);
        command
            .args(&words[1..])
            .current_dir(&self.directory)
            .env(READY_VARIABLE, &self.ready)
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .env_remove("LD_LIBRARY_PATH")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(File::create(self.directory.join(ERRORS))?);
        Ok(command)
    }

    /// Waits for the report of the workload after this many restarts.
    fn await_report(&self, restarts: usize) -> Result<Report> {
        wait_until("the report of the workload", || {
            while reap_one().is_some() {}
            let text = fs::read_to_string(&self.ready).unwrap_or_default();
            let line = text.split_inclusive('\n').nth(restarts).filter(|line| line.ends_with('\n'));
            let Some((pid, ready)) = line.and_then(|line| line.trim().split_once(' ')) else {
                return Ok(None);
            };
            let pid = Pid::from_raw(pid.parse()?).ok_or("the workload reports PID 0")?;
            Ok(Some(Report { pid, ready: Duration::from_nanos(ready.parse()?) }))
        })
    }

    fn supervisor(&self) -> Result<Option<Pid>> {
        Ok(match &self.supervisor {
            Supervisor::None => None,
            Supervisor::Process(pid) => Some(*pid),
            Supervisor::Named(path) => Pid::from_raw(fs::read_to_string(path)?.trim().parse()?),
        })
    }

    /// Ends the tool's own processes.
    pub(super) fn end(&mut self) -> Result<()> {
        if let Some(farewell) = &self.farewell {
            self.run(farewell)?;
        }
        if let Some(mut manager) = self.manager.take() {
            kill_process(Pid::from_child(&manager), Signal::TERM)?;
            wait_for(&mut manager)?;
        }
        Ok(())
    }
}

/// Reaps a child that has ended, if there is one.
fn reap_one() -> Option<(Pid, WaitStatus)> {
    wait(WaitOptions::NOHANG).ok().flatten()
}

fn show(words: &Words) -> String {
    let words: Vec<_> = words.iter().map(|word| word.to_string_lossy()).collect();
    format!("`{}`", words.join(" "))
}
