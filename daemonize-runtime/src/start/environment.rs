//! Who started the program, and whether that one watches this very process: then it must not fork
//! away.
//!
//! Only what names this process counts. Most of a supervisor's variables are inherited by
//! everything below it, shells in terminals included, and prove nothing.

use std::ffi::OsString;
use std::{env, process};

use crate::run::notify::Manager;

/// How the program is to run, when it does not say so itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Nobody watches this process.
    Daemon,
    /// Somebody does; `notify` is the socket on which they wait for readiness.
    Foreground { notify: Option<OsString> },
}

impl Mode {
    /// Who is to be told when the program is up.
    pub(crate) fn manager(&self) -> Option<Manager> {
        match self {
            Self::Foreground { notify: Some(socket) } => Manager::at(socket),
            _ => None,
        }
    }
}

/// Decides by the process's own PID, its parent's, and the environment. See systemd.exec(5) for the
/// variables.
pub(crate) fn decide(
    own: u32,
    parent: impl FnOnce() -> u32,
    variable: impl Fn(&str) -> Option<OsString>,
) -> Mode {
    let names =
        |name: &str, pid: u32| variable(name).is_some_and(|value| value == *pid.to_string());
    let notify = variable("NOTIFY_SOCKET").filter(|socket| !socket.is_empty());
    // The first process of a container, or of the system.
    if own == 1 {
        return Mode::Foreground { notify };
    }
    // Set for a unit with a PID file only; without a socket beside it the unit is of the type that
    // forks.
    if variable("PIDFILE").is_some() && notify.is_none() {
        return Mode::Daemon;
    }
    // The parent tells a manager's own child from a stranger that has the same number in another
    // PID namespace.
    let is_manager = |parent| parent == 1 || names("MANAGERPID", parent);
    let is_executed_by_systemd = names("SYSTEMD_EXEC_PID", own) && is_manager(parent());
    if is_executed_by_systemd || names("LISTEN_PID", own) || names("WATCHDOG_PID", own) {
        return Mode::Foreground { notify };
    }
    Mode::Daemon
}

/// How many descriptors a manager has passed to this very process, from number 3 on. See
/// `sd_listen_fds(3)`.
pub(crate) fn passed_descriptors() -> i32 {
    match env::var_os("LISTEN_PID") {
        Some(named) if named == *process::id().to_string() => {
            let count = env::var_os("LISTEN_FDS").and_then(|count| count.to_str()?.parse().ok());
            count.filter(|&count| count > 0).unwrap_or(0)
        }
        _ => 0,
    }
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
    type Case = (u32, u32, &'static [(&'static str, &'static str)], Mode);

    fn foreground(notify: Option<&str>) -> Mode {
        Mode::Foreground { notify: notify.map(Into::into) }
    }

    #[test]
    fn only_what_names_this_process_keeps_it_in_the_foreground() {
        let cases: [Case; 22] = [
            (OWN, SHELL, &[], Mode::Daemon),
            (1, 0, &[], foreground(None)),
            (1, 0, &[SOCKET], foreground(Some("/run/n"))),
            (1, 0, &[("PIDFILE", "/run/bot.pid")], foreground(None)),
            (OWN, 1, &[EXECUTED], foreground(None)),
            (OWN, 1, &[EXECUTED, SOCKET], foreground(Some("/run/n"))),
            (OWN, 1, &[EXECUTED, ("NOTIFY_SOCKET", "")], foreground(None)),
            (OWN, 1, &[EXECUTED, ("PIDFILE", "/run/bot.pid")], Mode::Daemon),
            (OWN, 1, &[EXECUTED, SOCKET, ("PIDFILE", "/run/bot.pid")], foreground(Some("/run/n"))),
            (OWN, MANAGER, &[EXECUTED, ("MANAGERPID", "300")], foreground(None)),
            (OWN, SHELL, &[EXECUTED, ("MANAGERPID", "300")], Mode::Daemon),
            (OWN, SHELL, &[EXECUTED], Mode::Daemon),
            (OWN, 1, &[("SYSTEMD_EXEC_PID", "499")], Mode::Daemon),
            (OWN, 1, &[("SYSTEMD_EXEC_PID", "0500")], Mode::Daemon),
            (OWN, SHELL, &[("LISTEN_PID", "500")], foreground(None)),
            (OWN, SHELL, &[("LISTEN_PID", "499")], Mode::Daemon),
            (OWN, SHELL, &[("WATCHDOG_PID", "500"), SOCKET], foreground(Some("/run/n"))),
            (OWN, SHELL, &[("LISTEN_PID", "500"), ("PIDFILE", "/run/bot.pid")], Mode::Daemon),
            // Inherited, or true of much else.
            (OWN, 1, &[SOCKET], Mode::Daemon),
            (OWN, 1, &[("INVOCATION_ID", "0123"), ("JOURNAL_STREAM", "8:9")], Mode::Daemon),
            (OWN, 0, &[], Mode::Daemon),
            (OWN, 1, &[], Mode::Daemon),
        ];
        for (own, parent, environment, expected) in cases {
            let variable = |name: &str| {
                environment.iter().find(|(known, _)| *known == name).map(|(_, value)| value.into())
            };
            let decided = decide(own, || parent, variable);
            assert_eq!(decided, expected, "own {own}, parent {parent}, {environment:?}");
        }
    }
}
