//! The options of how the daemon starts, ends, and starts again.

use crate::daemon::Daemon;
use crate::options::{RestartValue, SignalValue, SwitchValue, TimeValue, Wait, WaitValue};
use crate::start::parts::{READINESS, SUPERVISION};

impl Daemon {
    /// Whether the program detaches: `false` keeps it in the foreground, `true` always detaches it.
    /// Default: it detaches, unless it is PID 1, or systemd has executed this process and expects
    /// no fork.
    ///
    /// The chapter [Foreground](crate#foreground) says what differs there.
    ///
    /// # Examples
    ///
    /// ```
    /// use daemonize_runtime::Daemon;
    ///
    /// let is_debugged = std::env::args().any(|argument| argument == "--foreground");
    /// let daemon = Daemon::new().when(!is_debugged);
    /// ```
    pub fn when(mut self, detach: impl SwitchValue) -> Self {
        self.options.when = detach.into_switch();
        self
    }

    /// Whether the launcher waits until the body calls [`ready`](fn@crate::ready), and for how
    /// long: `true`, `false`, a number of seconds or a [`Duration`](std::time::Duration). Default:
    /// `false`.
    ///
    /// Until then the body talks to the terminal. If it ends first, the start has failed, with the
    /// body's exit code, or 70 if that is 0. If the launcher ends first, the unfinished daemon ends
    /// too.
    ///
    /// When the time is up, the start has failed. The unfinished daemon gets
    /// [`stop_signal`](Self::stop_signal), and SIGKILL after [`stop_timeout`](Self::stop_timeout).
    /// Then the launcher prints why and exits with code 70.
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
        self.parts.readiness = Some(READINESS);
        self
    }

    /// When the body is started again after it has ended: `"never"`, `"on-failure"`, `"always"`, or
    /// a [`Restart`](crate::Restart) with delays and limits. Default: never.
    ///
    /// The daemon, which the PID file names, becomes a supervisor, and the body runs in its child.
    /// SIGTERM, SIGINT, SIGQUIT and [`stop_signal`](Self::stop_signal) end both; no restart
    /// follows. SIGHUP, SIGUSR1, SIGUSR2 and SIGWINCH are passed on to the body. All other signals
    /// are blocked, if they can be. Each restart is one line on standard error, with its time. With
    /// [`wait_ready`](Self::wait_ready), the start has failed if the first body ends before it is
    /// ready. In the foreground nothing is supervised.
    ///
    /// **Processes.** Each body leads a process group of its own. A request to end goes to the
    /// whole group. When the body has ended, for whatever reason, the rest of its group is killed
    /// before the next body starts. A process that left the group by setsid(2) lives on; its new
    /// parent is the supervisor (Linux). A body may execute another program by exec(3), which is
    /// supervised in its place. A supervisor that is killed by SIGKILL leaves the group behind, but
    /// not the body (Linux, FreeBSD).
    ///
    /// **What the bodies share.** All bodies are forked from one process: the program as it was at
    /// the start. See fork(2). They share
    ///
    /// - descriptors that were open before, with position and flags. An event loop must not be
    ///   shared, so the start is refused if one is open (epoll, `io_uring`, kqueue). Build the
    ///   runtime in the body;
    /// - whatever was seeded before: a random number generator draws the same numbers in every
    ///   body. So do the keys of every `HashMap`, if the program has made one before the start.
    ///   Seed in the body what must not repeat;
    /// - the layout of the address space.
    ///
    /// A fork does not copy threads, record locks (fcntl(2)), locked memory (mlock(2)), alarms and
    /// timers, so no body has them.
    ///
    /// **State.** The supervisor writes `<PID file>.state` for the word `status`, and removes it
    /// after a clean end. A file of that name that no supervisor has written is left alone.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use daemonize_runtime::{Daemon, Restart};
    ///
    /// let by_word = Daemon::new().restart("on-failure");
    /// let patient = Restart::always().give_up(20, Duration::from_secs(600));
    /// let by_plan = Daemon::new().restart(patient);
    /// ```
    pub fn restart(mut self, plan: impl RestartValue) -> Self {
        self.options.restart = plan.into_restart();
        self.parts.supervision = Some(SUPERVISION);
        self
    }

    /// How long the daemon may take to end before it is killed: a number of seconds or a
    /// [`Duration`](std::time::Duration). Default: 10 s.
    ///
    /// It applies to the word `stop` and, with [`restart`](Self::restart), to the supervisor that
    /// ends its body. Whoever ends a supervisor waits some seconds longer, in which the supervisor
    /// kills the body. With 0 the daemon is killed at once. Allow more time than your bot needs to
    /// save its work.
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

    /// The signal that asks the daemon to end, by name, with or without `SIG`. Default: `"TERM"`.
    ///
    /// It applies wherever [`stop_timeout`](Self::stop_timeout) does. With
    /// [`restart`](Self::restart), the supervisor takes it as a request to end, like SIGTERM,
    /// SIGINT and SIGQUIT, and sends it to the body, whichever of them it received. See signal(7)
    /// for the names. KILL, STOP, TSTP, TTIN, TTOU, CHLD and CONT are refused: they cannot ask a
    /// program to end. With [`reopen`](Self::reopen), so is HUP.
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
