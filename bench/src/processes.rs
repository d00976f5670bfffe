//! The processes of the runner. All processes that a start leaves behind become its children. The
//! runner ends and reaps them.

use std::os::fd::AsFd;
use std::time::{Duration, Instant};
use std::{fs, process, thread};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::process::{
    Pid, PidfdFlags, Resource, Rlimit, Signal, WaitOptions, getpid, getrlimit, kill_process,
    pidfd_open, set_child_subreaper, setrlimit, wait,
};

use crate::Result;

/// The longest wait. Only a hang takes longer.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// The limit of descriptors on most systems.
const USUAL_LIMIT: u64 = 1024;

pub(crate) fn adopt_orphans() -> Result<()> {
    Ok(set_child_subreaper(Some(getpid()))?)
}

/// Marks all inherited descriptors close-on-exec, and sets the usual limit of descriptors.
pub(crate) fn start_clean() -> Result<()> {
    // SAFETY: the call closes no descriptor, it only sets a flag.
    unsafe { libc::close_range(3, libc::c_uint::MAX, libc::CLOSE_RANGE_CLOEXEC.cast_signed()) };
    let limit = getrlimit(Resource::Nofile);
    let usual = limit.maximum.map_or(USUAL_LIMIT, |maximum| maximum.min(USUAL_LIMIT));
    Ok(setrlimit(Resource::Nofile, Rlimit { current: Some(usual), ..limit })?)
}

/// Waits until only the runner has run for a moment, or until the patience is used up. Returns
/// whether the machine is calm. Other processes would favour contestants that wait for few
/// processes.
pub(crate) fn await_calm(patience: &mut Duration) -> Result<bool> {
    const PAUSE: Duration = Duration::from_micros(300);
    const CALM_LOOKS: usize = 3;
    let mut calm = 0;
    loop {
        let text = fs::read_to_string("/proc/stat")?;
        let running = text.lines().find_map(|line| line.strip_prefix("procs_running "));
        calm = if running == Some("1") { calm + 1 } else { 0 };
        if calm == CALM_LOOKS || patience.is_zero() {
            return Ok(calm == CALM_LOOKS);
        }
        thread::sleep(PAUSE);
        *patience = patience.saturating_sub(PAUSE);
    }
}

/// Waits for a child to end.
pub(crate) fn wait_for(child: &mut process::Child) -> Result<process::ExitStatus> {
    let pid = Pid::from_child(child);
    let handle = pidfd_open(pid, PidfdFlags::empty())?;
    let limit = Timespec::try_from(PATIENCE)?;
    if poll(&mut [PollFd::from_borrowed_fd(handle.as_fd(), PollFlags::IN)], Some(&limit))? == 0 {
        kill_process(pid, Signal::KILL)?;
        child.wait()?;
        return Err("a child took too long".into());
    }
    Ok(child.wait()?)
}

/// Asks repeatedly until there is an answer.
pub(crate) fn wait_until<T>(
    what: &str,
    mut answer: impl FnMut() -> Result<Option<T>>,
) -> Result<T> {
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < deadline {
        if let Some(answer) = answer()? {
            return Ok(answer);
        }
        thread::sleep(Duration::from_micros(50));
    }
    Err(format!("{what} took too long").into())
}

pub(crate) fn end(daemon: Pid) -> Result<()> {
    Ok(kill_process(daemon, Signal::KILL)?)
}

/// Ends all children, and the orphans that become children meanwhile.
pub(crate) fn end_all() -> Result<()> {
    while let children @ [_, ..] = &children()?[..] {
        for &child in children {
            // It may have ended meanwhile.
            let _ = kill_process(child, Signal::KILL);
        }
        reap_all()?;
    }
    Ok(())
}

fn children() -> Result<Vec<Pid>> {
    let mut children = Vec::new();
    for thread in fs::read_dir("/proc/self/task")? {
        let numbers = fs::read_to_string(thread?.path().join("children"))?;
        children.extend(
            numbers.split_whitespace().filter_map(|number| Pid::from_raw(number.parse().ok()?)),
        );
    }
    Ok(children)
}

/// Waits until no child is left.
pub(crate) fn reap_all() -> Result<()> {
    wait_until("the end of all processes", || match wait(WaitOptions::NOHANG) {
        Err(Errno::CHILD) => Ok(Some(())),
        Err(error) => Err(error.into()),
        Ok(_) => Ok(None),
    })
}
