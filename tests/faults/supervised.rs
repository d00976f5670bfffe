//! A start whose system calls a supervisor answers.

use std::fs::File;
use std::io;
use std::process::Command;
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;
use std::time::Duration;

use nix::sys::wait::{WaitPidFlag, waitpid};
use nix::unistd::Pid;
use tests::launch::Launching;
use tests::process::Process;

use crate::filter;
use crate::plan::{Plan, Step};
use crate::supervisor::Supervisor;

/// How long anything in a start may take. Only a hang takes longer.
pub(crate) const BOUND: Duration = Duration::from_secs(5);

/// What has happened in a start.
#[derive(Debug, Default)]
pub(crate) struct Trace {
    /// The calls of the start, in order.
    pub(crate) calls: Vec<Step>,
    /// The process that has reached the body, which is a long sleep.
    pub(crate) body: Option<Process>,
    /// How many of the faults have happened.
    pub(crate) happened: usize,
    /// How many faults had happened when the launcher committed the start.
    pub(crate) committed_after: Option<usize>,
    /// Whether the start has left its planned course.
    pub(crate) is_off_course: bool,
    /// How many forks were let through.
    pub(crate) forks: usize,
    /// All processes that made calls, in the order of their first call.
    pub(crate) processes: Vec<Process>,
}

/// A supervised start. The supervisor goes on until all its processes have ended.
#[derive(Debug)]
pub(crate) struct Supervised {
    /// The launcher, a child of the test.
    pub(crate) launcher: Process,
    trace: Arc<Mutex<Trace>>,
}

impl Supervised {
    /// Begins a start with the faults of the plan.
    ///
    /// # Errors
    ///
    /// If the kernel does not allow it.
    pub(crate) fn begin(command: Command, plan: Plan) -> io::Result<(Launching, Self)> {
        let (child, listener) = filter::spawn(command)?;
        let launcher = Process(Pid::from_raw(child.id().cast_signed()));
        // The supervisor reads the launcher's memory to see where the start begins.
        File::open(format!("/proc/{}/mem", launcher.0))?;
        let trace = Arc::new(Mutex::new(Trace::default()));
        let supervisor = Supervisor::new(listener, plan, Arc::clone(&trace));
        thread::spawn(move || supervisor.run());
        Ok((Launching::new(child), Self { launcher, trace }))
    }

    /// What has happened so far.
    pub(crate) fn trace(&self) -> MutexGuard<'_, Trace> {
        lock(&self.trace)
    }

    /// The process that runs the body, if there is one.
    pub(crate) fn body(&self) -> Option<Process> {
        self.trace().body.filter(|body| body.is_alive())
    }

    /// Whether all known processes have ended. This is cheap to ask.
    pub(crate) fn is_over(&self) -> bool {
        !self.trace().processes.iter().any(|process| process.is_alive())
    }

    /// The last calls of the start, which show where it hangs.
    pub(crate) fn last_calls(&self) -> String {
        const MOST: usize = 12;
        let trace = self.trace();
        let calls = trace.calls.iter().skip(trace.calls.len().saturating_sub(MOST));
        let calls: Vec<_> = calls.map(|(place, call)| format!("{} {call}", place.role)).collect();
        calls.join(", ")
    }

    /// Reaps the processes of the start that have become children of the test.
    pub(crate) fn reap(&self) {
        for process in &self.trace().processes {
            // The others were reaped by their parents.
            let _ = waitpid(process.0, Some(WaitPidFlag::WNOHANG));
        }
    }
}

pub(crate) fn lock(trace: &Mutex<Trace>) -> MutexGuard<'_, Trace> {
    trace.lock().expect("no thread panics while holding the lock")
}
