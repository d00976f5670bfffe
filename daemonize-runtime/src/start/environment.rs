//! Who started the program, and whether they supervise this process. Then it must not fork away.
//!
//! Only what names this process counts. Most of a supervisor's variables are inherited by
//! everything below it, shells in terminals included, and prove nothing.

use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt;
use std::{env, process};

use crate::run::variables::is_number;
use crate::sys::proc::number;

/// Whether somebody watches this process, by its own PID, its parent's, and the environment. See
/// systemd.exec(5) for the variables.
pub(crate) fn is_watched(
    own: u32,
    parent: &dyn Fn() -> u32,
    variable: &dyn Fn(&str) -> Option<OsString>,
) -> bool {
    let names = |name: &str, pid: u32| variable(name).is_some_and(|value| is_number(&value, pid));
    // The first process of a container, or of the system.
    if own == 1 {
        return true;
    }
    // Set for a unit with a PID file only; without a socket beside it the unit is of the type that
    // forks.
    let is_to_notify = || variable("NOTIFY_SOCKET").is_some_and(|socket| !socket.is_empty());
    if variable("PIDFILE").is_some() && !is_to_notify() {
        return false;
    }
    // The parent tells a manager's own child from a stranger that has the same number in another
    // PID namespace.
    let is_manager = |parent| parent == 1 || names("MANAGERPID", parent);
    let is_executed_by_systemd = names("SYSTEMD_EXEC_PID", own) && is_manager(parent());
    is_executed_by_systemd || names("LISTEN_PID", own) || names("WATCHDOG_PID", own)
}

/// How many descriptors a manager has passed to this very process, from number 3 on. See
/// `sd_listen_fds(3)`.
pub(crate) fn passed_descriptors() -> i32 {
    if env::var_os("LISTEN_PID").is_none_or(|named| !is_number(&named, process::id())) {
        return 0;
    }
    let count = env::var_os("LISTEN_FDS").and_then(|count| number(count.as_bytes(), 10));
    count.and_then(|count| i32::try_from(count).ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: u32 = 500;
    const SHELL: u32 = 400;
    const MANAGER: u32 = 300;

    const SOCKET: (&str, &str) = ("NOTIFY_SOCKET", "/run/n");
    const EXECUTED: (&str, &str) = ("SYSTEMD_EXEC_PID", "500");

    /// Own PID, parent, environment, and what follows.
    type Case = (u32, u32, &'static [(&'static str, &'static str)], bool);

    #[test]
    fn only_what_names_this_process_keeps_it_in_the_foreground() {
        let cases: [Case; 22] = [
            (OWN, SHELL, &[], false),
            (1, 0, &[], true),
            (1, 0, &[SOCKET], true),
            (1, 0, &[("PIDFILE", "/run/bot.pid")], true),
            (OWN, 1, &[EXECUTED], true),
            (OWN, 1, &[EXECUTED, SOCKET], true),
            (OWN, 1, &[EXECUTED, ("NOTIFY_SOCKET", "")], true),
            (OWN, 1, &[EXECUTED, ("PIDFILE", "/run/bot.pid")], false),
            (OWN, 1, &[EXECUTED, SOCKET, ("PIDFILE", "/run/bot.pid")], true),
            (OWN, MANAGER, &[EXECUTED, ("MANAGERPID", "300")], true),
            (OWN, SHELL, &[EXECUTED, ("MANAGERPID", "300")], false),
            (OWN, SHELL, &[EXECUTED], false),
            (OWN, 1, &[("SYSTEMD_EXEC_PID", "499")], false),
            (OWN, 1, &[("SYSTEMD_EXEC_PID", "0500")], false),
            (OWN, SHELL, &[("LISTEN_PID", "500")], true),
            (OWN, SHELL, &[("LISTEN_PID", "499")], false),
            (OWN, SHELL, &[("WATCHDOG_PID", "500"), SOCKET], true),
            (OWN, SHELL, &[("LISTEN_PID", "500"), ("PIDFILE", "/run/bot.pid")], false),
            // Inherited, or true of much else.
            (OWN, 1, &[SOCKET], false),
            (OWN, 1, &[("INVOCATION_ID", "0123"), ("JOURNAL_STREAM", "8:9")], false),
            (OWN, 0, &[], false),
            (OWN, 1, &[], false),
        ];
        for (own, parent, environment, expected) in cases {
            let variable = |name: &str| {
                environment.iter().find(|(known, _)| *known == name).map(|(_, value)| value.into())
            };
            let decided = is_watched(own, &|| parent, &variable);
            assert_eq!(decided, expected, "own {own}, parent {parent}, {environment:?}");
        }
    }
}
