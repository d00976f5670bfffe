//! Process groups that children lead, and the orphans that they leave.

use super::{
    Answer, Deadline, End, Pid, Signal, SignalSet, getpgid, getpid, getsid, has_ended, kill,
    killpg, persist, wait_for_signal,
};

/// Signals a process group; its leader alone, where there is no such group.
#[inline]
pub(crate) fn signal_group(leader: Pid, signal: Signal) -> Answer<()> {
    persist(|| killpg(leader, signal)).or_else(|_| persist(|| kill(leader, signal)))
}

/// How a child that leads a process group has ended, if it has. What is left in the group is killed
/// first, as long as the dead leader keeps its number from becoming another one's.
#[inline]
pub(crate) fn end_with_group(leader: Pid) -> Answer<Option<End>> {
    let kill_rest = || {
        let _ = persist(|| killpg(leader, Signal::SIGKILL));
    };
    match find_dead(Some(leader)) {
        Dead::None => Ok(None),
        Dead::Child(_) => {
            kill_rest();
            has_ended(leader)
        }
        // Better a moment late than never.
        Dead::Unknown => has_ended(leader).inspect(|end| end.iter().for_each(|_| kill_rest())),
    }
}

/// Makes this process the parent of what its descendants leave behind.
#[inline]
pub(crate) fn adopt_orphans() {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    // SAFETY: takes numbers alone.
    unsafe {
        super::prctl(libc::PR_SET_CHILD_SUBREAPER, [1, 0]);
    }
}

/// Reaps what was adopted and is dead, but not this own child.
#[inline]
pub(crate) fn reap_orphans(own: Option<Pid>) {
    while let Dead::Child(orphan) = find_dead(None) {
        if Some(orphan) == own || !matches!(has_ended(orphan), Ok(Some(_))) {
            return;
        }
    }
}

/// Kills the process group of a body whose supervisor was killed: its leader dies with the
/// supervisor, and is adopted by this process, which leads the session of both. These signals, that
/// of a child's end, are blocked.
#[inline]
pub(crate) fn end_adopted_group(deadline: Deadline, child_signal: &SignalSet) {
    let mut ended = None;
    while !deadline.has_passed() {
        match find_dead(None) {
            Dead::Unknown => return,
            Dead::None if ended.is_some_and(|group| !is_group_left(group)) => return,
            Dead::None => drop(wait_for_signal(child_signal, Some(deadline.left()))),
            Dead::Child(orphan) => {
                let is_leader = getpgid(orphan) == Ok(orphan);
                if is_leader && getsid(orphan) == Ok(getpid()) {
                    let _ = persist(|| killpg(orphan, Signal::SIGKILL));
                    ended = Some(orphan);
                }
                let _ = has_ended(orphan);
            }
        }
    }
}

/// Whether anything of a killed process group is still there, as far as it was adopted.
#[cfg(any(target_os = "linux", target_os = "android"))]
#[inline]
pub(crate) fn is_group_left(group: Pid) -> bool {
    loop {
        match has_ended(Pid::from_raw(-group.as_raw())) {
            Ok(Some(_)) => {}
            still_there => return still_there.is_ok(),
        }
    }
}

/// Whether anything of a killed process group is still there, dead or alive.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
#[inline]
pub(crate) fn is_group_left(group: Pid) -> bool {
    killpg(group, None).is_ok()
}

/// Whether a child is dead and nobody has waited for it; `false` where nobody can tell.
#[inline]
pub(crate) fn has_dead_child() -> bool {
    matches!(find_dead(None), Dead::Child(_))
}

/// A dead child that nobody has waited for.
#[cfg_attr(
    not(any(target_os = "linux", target_os = "android")),
    expect(dead_code, reason = "nobody can tell without waiting for it")
)]
enum Dead {
    None,
    Child(Pid),
    /// Nobody can tell without waiting for it.
    Unknown,
}

/// Finds a dead child, this one or any, and leaves it as it is.
#[cfg(any(target_os = "linux", target_os = "android"))]
#[inline]
fn find_dead(child: Option<Pid>) -> Dead {
    let (kind, number) =
        child.map_or((libc::P_ALL, 0), |child| (libc::P_PID, child.as_raw().unsigned_abs()));
    let flags = libc::WEXITED | libc::WNOHANG | libc::WNOWAIT;
    let mut details = std::mem::MaybeUninit::<libc::siginfo_t>::zeroed();
    let found = persist(|| {
        // SAFETY: the details are written to memory that is ours.
        super::Errno::result(unsafe { libc::waitid(kind, number, details.as_mut_ptr(), flags) })
    });
    // SAFETY: all-zero is a valid value, which stands for no child, and for this call the number is
    // there.
    match (found, unsafe { details.assume_init().si_pid() }) {
        (Err(_), _) => Dead::Unknown,
        (Ok(_), 0) => Dead::None,
        (Ok(_), child) => Dead::Child(Pid::from_raw(child)),
    }
}

/// Finds a dead child: not here without waiting for it.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
#[inline]
fn find_dead(_child: Option<Pid>) -> Dead {
    Dead::Unknown
}
