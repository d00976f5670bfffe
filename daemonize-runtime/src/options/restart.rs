//! When a body that has ended is started again: the plan, without any process.

use std::time::Duration;

/// When the body is started again, and after which delays.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use daemonize_runtime::Restart;
///
/// let restart = Restart::on_failure()
///     .first_delay(Duration::from_millis(200))
///     .give_up(10, Duration::from_secs(60));
/// ```
#[derive(Clone, Debug)]
pub struct Restart {
    pub(crate) policy: Policy,
    pub(crate) first_delay: Duration,
    pub(crate) longest_delay: Duration,
    pub(crate) healthy_after: Duration,
    pub(crate) most_failures: u32,
    pub(crate) within: Duration,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Policy {
    Never,
    OnFailure,
    Always,
    /// A word that is none of the three.
    Unknown(String),
}

impl Restart {
    /// Never. The body runs in the daemon itself; there is no second process.
    ///
    /// # Examples
    ///
    /// ```
    /// use daemonize_runtime::{Daemon, Restart};
    ///
    /// let daemon = Daemon::new().restart(Restart::never());
    /// ```
    #[must_use]
    pub fn never() -> Self {
        Self::with(Policy::Never)
    }

    /// After an exit code other than 0, and after a signal.
    ///
    /// # Examples
    ///
    /// ```
    /// use daemonize_runtime::{Daemon, Restart};
    ///
    /// let daemon = Daemon::new().restart(Restart::on_failure());
    /// ```
    #[must_use]
    pub fn on_failure() -> Self {
        Self::with(Policy::OnFailure)
    }

    /// Whenever it ends.
    ///
    /// # Examples
    ///
    /// ```
    /// use daemonize_runtime::{Daemon, Restart};
    ///
    /// let daemon = Daemon::new().restart(Restart::always());
    /// ```
    #[must_use]
    pub fn always() -> Self {
        Self::with(Policy::Always)
    }

    fn with(policy: Policy) -> Self {
        Self {
            policy,
            first_delay: Duration::from_secs(1),
            longest_delay: Duration::from_secs(60),
            healthy_after: Duration::from_secs(60),
            most_failures: 5,
            within: Duration::from_secs(60),
        }
    }

    /// The delay before the first restart. It doubles for each further one, with up to 20 % jitter.
    /// Default: 1 s.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use daemonize_runtime::Restart;
    ///
    /// let restart = Restart::on_failure().first_delay(Duration::from_millis(200));
    /// ```
    #[must_use]
    pub fn first_delay(mut self, delay: Duration) -> Self {
        self.first_delay = delay;
        self
    }

    /// The longest delay. Default: 60 s.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use daemonize_runtime::Restart;
    ///
    /// let restart = Restart::always().longest_delay(Duration::from_secs(600));
    /// ```
    #[must_use]
    pub fn longest_delay(mut self, delay: Duration) -> Self {
        self.longest_delay = delay;
        self
    }

    /// How long a body must run to be healthy: the delays then begin again with the first. Default:
    /// 60 s.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use daemonize_runtime::Restart;
    ///
    /// let restart = Restart::on_failure().healthy_after(Duration::from_secs(10));
    /// ```
    #[must_use]
    pub fn healthy_after(mut self, time: Duration) -> Self {
        self.healthy_after = time;
        self
    }

    /// Gives up when the body has ended `most` times `within` this time. Default: 5 times within 60
    /// s.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use daemonize_runtime::Restart;
    ///
    /// let restart = Restart::on_failure().give_up(20, Duration::from_secs(3600));
    /// ```
    #[must_use]
    pub fn give_up(mut self, most: u32, within: Duration) -> Self {
        self.most_failures = most;
        self.within = within;
        self
    }
}

/// What [`Daemon::restart`](crate::Daemon::restart) takes: a [`Restart`], one of the words
/// `"never"`, `"on-failure"` and `"always"`, or an `Option` of either. `None` means that the option
/// is not set.
///
/// # Examples
///
/// ```
/// use daemonize_runtime::{Daemon, Restart};
///
/// let by_word = Daemon::new().restart("on-failure");
/// let by_plan = Daemon::new().restart(Restart::on_failure());
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say when to restart",
    label = "expected \"never\", \"on-failure\", \"always\" or a `Restart`"
)]
pub trait RestartValue {
    /// The plan, if there is one.
    #[doc(hidden)]
    fn into_restart(self) -> Option<Restart>;
}

impl RestartValue for Restart {
    #[inline]
    fn into_restart(self) -> Option<Restart> {
        Some(self)
    }
}

impl RestartValue for &str {
    #[inline]
    fn into_restart(self) -> Option<Restart> {
        Some(Restart::with(match self {
            "never" => Policy::Never,
            "on-failure" => Policy::OnFailure,
            "always" => Policy::Always,
            unknown => Policy::Unknown(unknown.to_owned()),
        }))
    }
}

impl RestartValue for &&str {
    #[inline]
    fn into_restart(self) -> Option<Restart> {
        (*self).into_restart()
    }
}

impl RestartValue for String {
    #[inline]
    fn into_restart(self) -> Option<Restart> {
        self.as_str().into_restart()
    }
}

impl RestartValue for &String {
    #[inline]
    fn into_restart(self) -> Option<Restart> {
        self.as_str().into_restart()
    }
}

impl<V: RestartValue> RestartValue for Option<V> {
    #[inline]
    fn into_restart(self) -> Option<Restart> {
        self.and_then(V::into_restart)
    }
}

impl<V> RestartValue for &Option<V>
where
    for<'value> &'value V: RestartValue,
{
    #[inline]
    fn into_restart(self) -> Option<Restart> {
        self.as_ref().and_then(RestartValue::into_restart)
    }
}
