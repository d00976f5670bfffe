//! The table of system calls: the errors of each, and which may pretend to have succeeded.

use std::fmt;

use nix::libc::{self, c_int, c_long};

use crate::errors::{
    CHANGE_FILE, CHANGE_IDENTITY, CONNECT, DUPLICATE, ENTER, FLAG, FORK, HANG_UP, KILL, LEAVE,
    LOCATE, LOCK, LOOK, MAKE_DIRECTORY, MAP, OPEN, OPEN_PROCESS, PASS_TIME, POLL, READ, RECEIVE,
    SEND, UNFAILING, UNSUPPORTED, WAIT, WRITE,
};

/// A system call with its arguments, which decide what some calls do.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Call {
    pub(crate) number: c_long,
    pub(crate) arguments: [u64; 6],
}

/// The call with 64-bit times. `libc` does not define its number, which is the same on all
/// architectures.
#[cfg(target_pointer_width = "32")]
const CLOCK_NANOSLEEP_TIME64: c_long = 407;

/// A row of the table.
struct Row {
    number: c_long,
    name: &'static str,
    errors: &'static [c_int],
    /// The value to return when the call pretends to have succeeded.
    lie: Option<i64>,
}

const fn row(number: c_long, name: &'static str, errors: &'static [c_int]) -> Row {
    Row { number, name, errors, lie: None }
}

const fn lying(number: c_long, name: &'static str, errors: &'static [c_int], lie: i64) -> Row {
    Row { number, name, errors, lie: Some(lie) }
}

#[rustfmt::skip]
const TABLE: &[Row] = &[
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))] row(libc::SYS_open, "open", OPEN),
    row(libc::SYS_openat, "openat", OPEN),
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))] row(libc::SYS_stat, "stat", LOOK),
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))] row(libc::SYS_lstat, "lstat", LOOK),
    row(libc::SYS_fstat, "fstat", LOOK),
    #[cfg(target_pointer_width = "64")] row(libc::SYS_newfstatat, "newfstatat", LOOK),
    #[cfg(target_arch = "x86")] row(libc::SYS_fstatat64, "fstatat64", LOOK),
    row(libc::SYS_statx, "statx", LOOK),
    row(libc::SYS_getcwd, "getcwd", LOCATE),
    row(libc::SYS_read, "read", READ),
    row(libc::SYS_pread64, "pread64", READ),
    row(libc::SYS_recvfrom, "recvfrom", RECEIVE),
    row(libc::SYS_write, "write", WRITE),
    // A short write, as on a full disk. A PID and a newline are longer.
    lying(libc::SYS_pwrite64, "pwrite64", WRITE, 1),
    row(libc::SYS_sendto, "sendto", SEND),
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))] row(libc::SYS_mkdir, "mkdir", MAKE_DIRECTORY),
    row(libc::SYS_mkdirat, "mkdirat", MAKE_DIRECTORY),
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))] row(libc::SYS_rmdir, "rmdir", CHANGE_FILE),
    row(libc::SYS_ftruncate, "ftruncate", CHANGE_FILE),
    row(libc::SYS_fchmod, "fchmod", CHANGE_FILE),
    row(libc::SYS_fchown, "fchown", CHANGE_FILE),
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))] row(libc::SYS_unlink, "unlink", CHANGE_FILE),
    row(libc::SYS_unlinkat, "unlinkat", CHANGE_FILE),
    row(libc::SYS_flock, "flock", LOCK),
    row(libc::SYS_fcntl, "fcntl", FLAG),
    // It closes the descriptor even when it fails, and the injector cannot do that.
    row(libc::SYS_close, "close", UNFAILING),
    row(libc::SYS_close_range, "close_range", UNSUPPORTED),
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))] row(libc::SYS_dup2, "dup2", DUPLICATE),
    row(libc::SYS_dup3, "dup3", DUPLICATE),
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))] row(libc::SYS_poll, "poll", POLL),
    row(libc::SYS_ppoll, "ppoll", POLL),
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))] row(libc::SYS_pipe, "pipe", CONNECT),
    row(libc::SYS_pipe2, "pipe2", CONNECT),
    row(libc::SYS_socket, "socket", CONNECT),
    row(libc::SYS_socketpair, "socketpair", CONNECT),
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))] row(libc::SYS_fork, "fork", FORK),
    row(libc::SYS_clone, "clone", FORK),
    row(libc::SYS_clone3, "clone3", FORK),
    row(libc::SYS_wait4, "wait4", WAIT),
    row(libc::SYS_waitid, "waitid", WAIT),
    row(libc::SYS_kill, "kill", KILL),
    row(libc::SYS_pidfd_open, "pidfd_open", OPEN_PROCESS),
    row(libc::SYS_pidfd_send_signal, "pidfd_send_signal", KILL),
    row(libc::SYS_shutdown, "shutdown", HANG_UP),
    row(libc::SYS_nanosleep, "nanosleep", PASS_TIME),
    row(libc::SYS_clock_nanosleep, "clock_nanosleep", PASS_TIME),
    #[cfg(target_pointer_width = "32")] row(CLOCK_NANOSLEEP_TIME64, "clock_nanosleep", PASS_TIME),
    row(libc::SYS_rt_sigtimedwait, "rt_sigtimedwait", PASS_TIME),
    row(libc::SYS_setpgid, "setpgid", LEAVE),
    row(libc::SYS_unshare, "unshare", UNSUPPORTED),
    lying(libc::SYS_setsid, "setsid", LEAVE, 0),
    lying(libc::SYS_chdir, "chdir", ENTER, 0),
    lying(libc::SYS_chroot, "chroot", ENTER, 0),
    lying(libc::SYS_setgroups, "setgroups", CHANGE_IDENTITY, 0),
    lying(libc::SYS_setresgid, "setresgid", CHANGE_IDENTITY, 0),
    lying(libc::SYS_setresuid, "setresuid", CHANGE_IDENTITY, 0),
    // By then `capget` reports that no capability is left to drop.
    lying(libc::SYS_capset, "capset", UNSUPPORTED, 0),
    row(libc::SYS_prlimit64, "prlimit64", UNSUPPORTED),
    row(libc::SYS_prctl, "prctl", UNSUPPORTED),
    row(libc::SYS_mmap, "mmap", MAP),
    row(libc::SYS_mremap, "mremap", MAP),
    row(libc::SYS_set_robust_list, "set_robust_list", UNSUPPORTED),
    // `brk` has no errors: it returns the old end of the heap, which the injector does not know.
    row(libc::SYS_brk, "brk", UNFAILING),
    row(libc::SYS_munmap, "munmap", UNFAILING),
    row(libc::SYS_rt_sigaction, "rt_sigaction", UNFAILING),
    row(libc::SYS_rt_sigprocmask, "rt_sigprocmask", UNFAILING),
    row(libc::SYS_sigaltstack, "sigaltstack", UNFAILING),
    row(libc::SYS_rt_sigreturn, "rt_sigreturn", UNFAILING),
    row(libc::SYS_getpid, "getpid", UNFAILING),
    row(libc::SYS_getppid, "getppid", UNFAILING),
    row(libc::SYS_gettid, "gettid", UNFAILING),
    row(libc::SYS_getsid, "getsid", UNFAILING),
    row(libc::SYS_geteuid, "geteuid", UNFAILING),
    row(libc::SYS_getresuid, "getresuid", UNFAILING),
    row(libc::SYS_getresgid, "getresgid", UNFAILING),
    row(libc::SYS_getgroups, "getgroups", UNFAILING),
    row(libc::SYS_capget, "capget", UNFAILING),
    // The attempt to become root again, which must fail anyway.
    row(libc::SYS_setuid, "setuid", UNFAILING),
    row(libc::SYS_umask, "umask", UNFAILING),
    row(libc::SYS_exit_group, "exit_group", UNFAILING),
];

impl Call {
    fn row(self) -> Option<&'static Row> {
        TABLE.iter().find(|row| row.number == self.number)
    }

    /// How the call can fail. A call that is not in the table cannot.
    pub(crate) fn errors(self) -> &'static [c_int] {
        let [.., flags, _, _] = self.arguments;
        // A program that gets no memory aborts, whatever it is doing.
        if self.is(libc::SYS_mmap) && flags & libc::MAP_ANONYMOUS as u64 != 0 {
            return UNFAILING;
        }
        self.row().map_or(UNFAILING, |row| row.errors)
    }

    /// Whether the call only reads a descriptor's flags, which cannot fail. There may be thousands
    /// of these, one for each possible descriptor.
    pub(crate) fn only_reads_flags(self) -> bool {
        let [_, command, ..] = self.arguments;
        self.is(libc::SYS_fcntl) && command == libc::F_GETFD as u64
    }

    /// What the call returns when it pretends to have succeeded, if that is worth a try.
    pub(crate) fn lie(self) -> Option<i64> {
        self.row()?.lie
    }

    pub(crate) fn is(self, number: c_long) -> bool {
        self.number == number
    }

    /// Whether the call sends data to another process.
    pub(crate) fn sends(self) -> bool {
        [libc::SYS_write, libc::SYS_sendto].contains(&self.number)
    }

    /// Whether the call can change what another process does next.
    pub(crate) fn reaches_others(self) -> bool {
        self.sends() || [libc::SYS_shutdown, libc::SYS_kill].contains(&self.number)
    }

    /// Whether the call creates a process.
    pub(crate) fn forks(self) -> bool {
        self.row().is_some_and(|row| row.errors == FORK)
    }

    /// Whether the call looks at a file, locks it, or removes it.
    pub(crate) fn needs_file(self) -> bool {
        let is_known = |row: &Row| row.errors == LOOK || row.errors == LOCK;
        self.row().is_some_and(is_known) || self.is(libc::SYS_unlinkat)
    }

    /// The address of the path that the call opens.
    pub(crate) fn path(self) -> Option<u64> {
        match self.number {
            #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
            libc::SYS_open => Some(self.arguments[0]),
            libc::SYS_openat => Some(self.arguments[1]),
            _ => None,
        }
    }

    /// The address of the time that the call sleeps.
    pub(crate) fn sleep(self) -> Option<u64> {
        let [first, _, third, ..] = self.arguments;
        match self.number {
            libc::SYS_nanosleep => Some(first),
            libc::SYS_clock_nanosleep => Some(third),
            #[cfg(target_pointer_width = "32")]
            CLOCK_NANOSLEEP_TIME64 => Some(third),
            _ => None,
        }
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.row() {
            Some(row) => f.write_str(row.name),
            None => write!(f, "system call {}", self.number),
        }
    }
}
