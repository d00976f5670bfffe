//! Back-off: how long to wait before the body is started again, and when to give up.

use std::time::Duration;

use crate::options::Restart;

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
        self.next_delay = delay.saturating_mul(2);
        // From 10 % to 20 % more, so that bots which failed together do not come back together.
        let jitter = delay.saturating_mul(jitter.into()) / 2550;
        Some(delay.saturating_add(delay / 10).saturating_add(jitter))
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
    fn delays_of_any_size_can_be_planned() {
        let plan = Restart::always().first_delay(Duration::MAX).longest_delay(Duration::MAX);
        let mut history = History::new(&plan);
        let mut delay = || history.after_end(&plan, Duration::MAX, Duration::MAX, 255);
        assert_eq!([delay(), delay()], [Some(Duration::MAX); 2]);
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
