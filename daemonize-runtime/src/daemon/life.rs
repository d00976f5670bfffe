//! The options of how the daemon starts, and whether it starts again.

use crate::Daemon;
use crate::options::{RestartValue, SignalValue, SwitchValue, TimeValue, Wait, WaitValue};
use crate::start::parts::{READINESS, SUPERVISION};

impl Daemon {
    /// Whether the program detaches: `false` keeps it in the foreground, `true` detaches it
    /// whatever has started it. Default: it detaches, unless it is PID 1, or systemd has executed
    /// this very process and expects no fork.
    ///
    /// The foreground differs from a daemon in four things: nothing is forked but the init of PID
    /// 1; the standard streams stay, and log files are neither opened nor made; signals stay
    /// ignored or blocked as they were, so that `nohup bot run &` survives its terminal; nothing is
    /// supervised. Everything else applies, so that a bot cannot run twice, and behaves the same
    /// when it is debugged.
    pub fn when(mut self, detach: impl SwitchValue) -> Self {
        self.options.when = detach.into_switch();
        self
    }

    /// Whether the launcher waits until the body calls [`ready`](fn@crate::ready), and for how long
    /// at most: `true`, `false`, a number of seconds or a [`Duration`](std::time::Duration).
    /// Default: `false`.
    ///
    /// Until then the body talks to the terminal, and a body that ends is a failed start, with its
    /// own exit code. Whatever ends the waiting launcher ends the unfinished daemon too.
    ///
    /// When the time is up, the start has failed: the unfinished daemon is asked to end by
    /// [`stop_signal`](Self::stop_signal), and is killed after
    /// [`stop_timeout`](Self::stop_timeout), as by anybody who stops it. Then the launcher says so,
    /// with exit code 70.
    ///
    /// # Examples
    ///
    /// ```
    /// use daemonize_runtime::Daemon;
    ///
    /// let as_long_as_it_takes = Daemon::new().wait_ready(true);
    /// let half_a_minute = Daemon::new().wait_ready(30);
    /// ```
    pub fn wait_ready(mut self, wait: impl WaitValue) -> Self {
        self.options.wait_ready = wait.into_wait().unwrap_or(Wait::No);
        self.parts.readiness = Some(&READINESS);
        self
    }

    /// When the body is started again after it ended: `"never"`, `"on-failure"`, `"always"`, or a
    /// [`Restart`](crate::Restart) with its delays and limits. Default: never.
    ///
    /// The daemon, which the PID file names, is a supervisor then, and the body runs in its child.
    /// SIGTERM, SIGINT, SIGQUIT and [`stop_signal`](Self::stop_signal) end both and are never
    /// followed by a restart; SIGHUP, SIGUSR1, SIGUSR2 and SIGWINCH are passed on to the body; no
    /// other signal that can be blocked does anything. Each restart is one line on standard error,
    /// with its time. With [`wait_ready`](Self::wait_ready), a first body that ends before it is
    /// ready is a failed start. In the foreground nothing is supervised.
    ///
    /// **Processes.** Each body leads a process group of its own. A request to end goes to the
    /// group, and when the body has ended, however it ended, what is left in the group is killed
    /// before the next body starts. What has left it by setsid(2) lives on; the supervisor is the
    /// parent of such an orphan (Linux). A body may execute another program by exec(3), which is
    /// supervised in its place. Only a supervisor that is killed by SIGKILL leaves the group
    /// behind, but for the body (Linux).
    ///
    /// **What each body gets.** All bodies are forked from the process that the program was when it
    /// started. See fork(2). So they share
    ///
    /// - what was opened before, with its position and flags. For an event loop that would be
    ///   fatal: the start is refused when one is open already (epoll, `io_uring`, kqueue). Build
    ///   the runtime in the body;
    /// - what was seeded before: a random number generator draws the same numbers in each of them,
    ///   and so do the keys of every `HashMap`, once the program has made one before the start.
    ///   What must not repeat is to be seeded in the body;
    /// - the layout of the address space.
    ///
    /// They do not have the threads, the record locks of fcntl(2), the locked memory of mlock(2),
    /// and the alarms and timers of before.
    ///
    /// **State.** Beside the PID file, `<PID file>.state` tells the word `status` what only the
    /// supervisor knows. It is gone after a clean end. A file of that name that no supervisor has
    /// written is left as it is.
    pub fn restart(mut self, plan: impl RestartValue) -> Self {
        self.options.restart = plan.into_restart();
        self.parts.supervision = Some(&SUPERVISION);
        self
    }

    /// How long the daemon may take to end when it is asked to, until it is killed: a number of
    /// seconds or a [`Duration`](std::time::Duration). Default: 10 s.
    ///
    /// It holds for all who end a daemon: the word `stop` and, with [`restart`](Self::restart), the
    /// supervisor that ends its body. Whoever ends a supervisor waits some seconds longer, in which
    /// it kills the body. With 0 the daemon is killed at once. A daemon that saves its work when it
    /// ends needs more than that takes.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use daemonize_runtime::Daemon;
    ///
    /// let seconds = Daemon::new().stop_timeout(90);
    /// let duration = Daemon::new().stop_timeout(Duration::from_millis(1500));
    /// ```
    pub fn stop_timeout(mut self, limit: impl TimeValue) -> Self {
        self.options.stop_timeout = limit.into_time();
        self
    }

    /// The signal that asks the daemon to end, by its name, with or without `SIG`. Default:
    /// `"TERM"`.
    ///
    /// It holds for all who end a daemon, as [`stop_timeout`](Self::stop_timeout) does. With
    /// [`restart`](Self::restart), the supervisor takes it for a request to end as well, beside
    /// SIGTERM, SIGINT and SIGQUIT, and hands this one on to the body, whichever it has got. See
    /// signal(7) for the names; KILL, STOP, CHLD and CONT are refused, since no program can take
    /// them for a request.
    ///
    /// # Examples
    ///
    /// ```
    /// use daemonize_runtime::Daemon;
    ///
    /// let daemon = Daemon::new().stop_signal("INT");
    /// ```
    pub fn stop_signal(mut self, signal: impl SignalValue) -> Self {
        self.options.stop_signal = signal.into_signal();
        self
    }
}
