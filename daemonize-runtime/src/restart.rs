//! When a body that ended is started again: the plan, without any process in it.

use std::time::Duration;

/// When the body is started again, and how patiently.
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
    pub(crate) patience: Duration,
    /// Reached through a plan alone, so that a program without one is without this code.
    #[cfg(unix)]
    pub(crate) supervise: crate::supervise::Supervise,
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
    #[must_use]
    pub fn never() -> Self {
        Self::with(Policy::Never)
    }

    /// After an exit code other than 0, and after a signal.
    #[must_use]
    pub fn on_failure() -> Self {
        Self::with(Policy::OnFailure)
    }

    /// Whenever it ends.
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
            patience: Duration::from_secs(10),
            #[cfg(unix)]
            supervise: crate::supervise::supervise,
        }
    }

    /// The delay before the first restart, doubled for each further one, with up to 20 % jitter.
    /// Default: 1 s.
    #[must_use]
    pub fn first_delay(mut self, delay: Duration) -> Self {
        self.first_delay = delay;
        self
    }

    /// The delay beyond which it is not doubled. Default: 60 s.
    #[must_use]
    pub fn longest_delay(mut self, delay: Duration) -> Self {
        self.longest_delay = delay;
        self
    }

    /// A body that has run for so long is healthy: the next delay is the first one again. Default:
    /// 60 s.
    #[must_use]
    pub fn healthy_after(mut self, time: Duration) -> Self {
        self.healthy_after = time;
        self
    }

    /// Gives up after so many ends within this time. Default: 5 within 60 s.
    #[must_use]
    pub fn give_up(mut self, most: u32, within: Duration) -> Self {
        self.most_failures = most;
        self.within = within;
        self
    }

    /// How long a body that is asked to end may take until it is killed. Default: 10 s.
    #[must_use]
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }
}

/// What [`Daemon::restart`](crate::Daemon::restart) takes: a [`Restart`], or one of its words as a
/// `&str`: `"never"`, `"on-failure"`, `"always"`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say when to restart",
    label = "expected \"never\", \"on-failure\", \"always\" or a `Restart`"
)]
pub trait RestartValue {
    /// The plan.
    fn into_restart(self) -> Restart;
}

impl RestartValue for Restart {
    fn into_restart(self) -> Restart {
        self
    }
}

impl RestartValue for &str {
    fn into_restart(self) -> Restart {
        Restart::with(match self {
            "never" => Policy::Never,
            "on-failure" => Policy::OnFailure,
            "always" => Policy::Always,
            unknown => Policy::Unknown(unknown.to_owned()),
        })
    }
}

/// The ends so far, and what follows from the next one.
#[derive(Debug)]
pub(crate) struct History {
    /// How long ago each recent end was, at the time of the latest; newest last.
    ends: Vec<Duration>,
    next_delay: Duration,
}

impl History {
    pub(crate) fn new(plan: &Restart) -> Self {
        Self { ends: Vec::new(), next_delay: plan.first_delay }
    }

    /// The delay before the next start, or `None` to give up. `now` counts from any fixed time,
    /// `jitter` is 0 to 255.
    pub(crate) fn after_end(
        &mut self,
        plan: &Restart,
        now: Duration,
        lived: Duration,
        jitter: u8,
    ) -> Option<Duration> {
        if lived >= plan.healthy_after {
            self.next_delay = plan.first_delay;
        }
        self.ends.retain(|&end| now.saturating_sub(end) <= plan.within);
        self.ends.push(now);
        if self.ends.len() >= usize::try_from(plan.most_failures).unwrap_or(usize::MAX) {
            return None;
        }
        let delay = self.next_delay.min(plan.longest_delay);
        self.next_delay = delay * 2;
        // From 10 % to 20 % more, so that bots which failed together do not come back together.
        Some(delay + delay / 10 + delay * u32::from(jitter) / 2550)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn delays_double_up_to_the_longest_and_start_over_after_a_healthy_time() {
        let plan = Restart::on_failure().longest_delay(4 * SECOND).give_up(100, SECOND);
        let mut history = History::new(&plan);
        let mut delay_after =
            |lived: u32| history.after_end(&plan, Duration::ZERO, lived * SECOND, 0).unwrap();
        let expected = [1100, 2200, 4400, 4400].map(Duration::from_millis);
        assert_eq!([delay_after(1), delay_after(1), delay_after(1), delay_after(59)], expected);
        assert_eq!(delay_after(60), expected[0]);
    }

    #[test]
    fn jitter_adds_between_a_tenth_and_a_fifth() {
        let plan = Restart::always();
        let delay =
            |jitter| History::new(&plan).after_end(&plan, Duration::ZERO, SECOND, jitter).unwrap();
        assert_eq!(
            (delay(0), delay(255)),
            (Duration::from_millis(1100), Duration::from_millis(1200))
        );
    }

    #[test]
    fn it_gives_up_after_a_burst_but_not_after_the_same_number_of_ends_over_a_long_time() {
        let plan = Restart::on_failure();
        let mut burst = History::new(&plan);
        let answers: Vec<_> =
            (1..=5).map(|end| burst.after_end(&plan, end * SECOND, SECOND, 0).is_some()).collect();
        assert_eq!(answers, [true, true, true, true, false]);
        let mut slow = History::new(&plan);
        assert!((1..=50).all(|end| slow.after_end(&plan, end * 20 * SECOND, SECOND, 0).is_some()));
    }
}
