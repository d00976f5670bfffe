//! Verifies that each contestant makes a daemon. Otherwise nothing is measured.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use bench::{LOG, PID_FILE};
use rustix::process::{Pid, getpid, getsid};

use crate::contestants::Contestant;
use crate::launch::{Start, finish};
use crate::processes::wait_until;
use crate::report::{Finding, table};
use crate::{Bench, Result};

/// Facts about one daemon, from the kernel.
struct Facts {
    /// The facts that make a process a daemon.
    necessary: [(&'static str, bool); 4],
    /// The facts in which the contestants differ, which are the columns of the table.
    differing: [bool; 3],
}

pub(crate) fn check(bench: &Bench) -> Result<Finding> {
    let mut rows = Vec::new();
    for contestant in bench.line_up.all().into_iter().filter(|contestant| !contestant.is_foreground)
    {
        let facts = Facts::of(contestant)?;
        if let Some((what, _)) = facts.necessary.iter().find(|(_, is_so)| !is_so) {
            return Err(format!("{} does not make a daemon: no {what}", contestant.name).into());
        }
        let words = facts.differing.map(|is_so| if is_so { "yes" } else { "no" }.to_owned());
        rows.push([contestant.name.to_owned()].into_iter().chain(words).collect());
    }
    let head =
        ["", "cannot acquire a terminal", "PID file correct at this prompt", "PID file locked"];
    let text = format!(
        "Each of these programs makes a daemon in a new session. The launcher exits with code 0 and is not the daemon's \
         parent. The daemon reads from `/dev/null`, writes to the log, and its working directory is `/`. These are the \
         differences:\n\n{}\nThe hand-written programs give the same guarantee as the attribute: the launcher exits with \
         code 0 if and only if one daemon is up, recorded and locked. They do not close inherited descriptors, reset \
         signals, count threads or detect a service manager. Before each start the log exists and the PID file does not.",
        table(&head, rows)
    );
    Ok(Finding { title: "What was measured", text, goals: Vec::new() })
}

impl Facts {
    fn of(contestant: &Contestant) -> Result<Self> {
        let mut start = Start::spawn(contestant, contestant.command(), &contestant.directory)?;
        start.await_prompt()?;
        let recorded = start.recorded_pid();
        let body = start.await_body()?;
        // The body may begin before its parent has ended.
        wait_until("the end of the daemon's parents", || {
            Ok((parent_of(body.pid)? == getpid().as_raw_pid()).then_some(()))
        })?;
        let link = |name: &str| fs::read_link(format!("/proc/{}/{name}", body.pid));
        let log = fs::canonicalize(contestant.directory.join(LOG))?;
        let session = getsid(Some(body.pid))?;
        let facts = Self {
            necessary: [
                ("new session", session != getsid(None)?),
                ("null device as input", link("fd/0")? == Path::new("/dev/null")),
                ("log as output", link("fd/1")? == log && link("fd/2")? == log),
                ("root directory", link("cwd")? == Path::new("/")),
            ],
            differing: [
                session != body.pid,
                recorded == Some(body.pid),
                is_locked(&contestant.directory.join(PID_FILE)),
            ],
        };
        finish(&[body], contestant)?;
        Ok(facts)
    }
}

/// The parent of a process. For an orphan it is the runner.
fn parent_of(process: Pid) -> Result<i32> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat"))?;
    // State and parent follow the name, which may contain parentheses.
    let parent = stat.rsplit(')').next().and_then(|rest| rest.split_whitespace().nth(1));
    Ok(parent.ok_or("the kernel does not report the parent")?.parse()?)
}

fn is_locked(path: &Path) -> bool {
    let lock = |file: File| -> io::Result<()> { Ok(file.try_lock()?) };
    File::open(path).is_ok_and(|file| lock(file).is_err())
}
