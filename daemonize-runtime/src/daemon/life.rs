//! The options of how the daemon starts, and whether it starts again.

use crate::Daemon;
use crate::options::RestartValue;
#[cfg(unix)]
use crate::start::parts::{READINESS, SUPERVISION};

impl Daemon {
    /// Whether the program detaches: `false` keeps it in the foreground, `true` detaches it
    /// whatever has started it. Default: it detaches, unless it is PID 1, or systemd has executed
    /// this very process and expects no fork.
    ///
    /// The foreground differs from a daemon in two things: nothing is forked, and the standard
    /// streams stay; log files are neither opened nor made. Everything else applies, so that a bot
    /// cannot run twice, and behaves the same when it is debugged.
    pub fn when(mut self, detach: bool) -> Self {
        self.options.when = Some(detach);
        self
    }

    /// Whether the launcher waits until the body calls [`ready`](fn@crate::ready).
    /// Default: `false`.
    ///
    /// Until then the body talks to the terminal, and a body that ends is a failed start, with its
    /// own exit code. Whatever ends the waiting launcher ends the unfinished daemon too.
    pub fn wait_ready(mut self, wait: bool) -> Self {
        self.options.wait_ready = wait;
        #[cfg(unix)]
        {
            self.parts.readiness = Some(&READINESS);
        }
        self
    }

    /// When the body is started again after it ended: `"never"`, `"on-failure"`, `"always"`, or a
    /// [`Restart`](crate::Restart) with its delays and limits. Default: never.
    ///
    /// The daemon, which the PID file names, is a supervisor then, and the body runs in its child.
    /// SIGTERM, SIGINT and SIGQUIT end both and are never followed by a restart; SIGHUP, SIGUSR1,
    /// SIGUSR2 and SIGWINCH are passed on. Each restart is one line on standard error. With
    /// [`wait_ready`](Self::wait_ready), a first body that ends before it is ready is a failed
    /// start. In the foreground nothing is supervised.
    pub fn restart(mut self, plan: impl RestartValue) -> Self {
        self.options.restart = Some(plan.into_restart());
        #[cfg(unix)]
        {
            self.parts.supervision = Some(&SUPERVISION);
        }
        self
    }
}
