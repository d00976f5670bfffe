//! Back-off: how long to wait before the body is started again, and when to give up.

use std::time::{Duration, SystemTime};

use crate::options::Restart;

/// In how many parts the time is divided within which ends are counted.
const PARTS: u32 = 60;

/// The ends so far, and what follows from the next one.
#[derive(Debug)]
pub(crate) struct History {
    /// How many ends there were in each of the last parts, whose number grows for ever. Not a list
    /// of ends: a bot may be allowed any number of them, and its supervisor lives long.
    counts: [u32; PARTS as usize],
    latest_part: u128,
    next_delay: Duration,
}

impl History {
    #[inline]
    pub(crate) fn new(plan: &Restart) -> Self {
        Self { counts: [0; PARTS as usize], latest_part: 0, next_delay: plan.first_delay }
    }

    /// The delay before the next start; to give up, the number of ends as an error. `now` counts
    /// from any fixed time, `jitter` is 0 to 255.
    #[inline]
    pub(crate) fn after_end(
        &mut self,
        plan: &Restart,
        now: Duration,
        lived: Duration,
        jitter: u8,
    ) -> Result<Duration, u32> {
        if lived >= plan.healthy_after {
            self.next_delay = plan.first_delay;
        }
        let ends = self.count(now, plan.within);
        if ends >= plan.most_failures {
            return Err(ends);
        }
        let delay = self.next_delay.min(plan.longest_delay);
        self.next_delay = delay.saturating_mul(2);
        // From 10 % to 20 % more: bots that failed together should not come back together.
        let jitter = delay.saturating_mul(jitter.into()) / 2550;
        Ok(delay.saturating_add(delay / 10).saturating_add(jitter))
    }

    /// Counts one more end, and how many there were within a time: those of its parts, of which the
    /// present one is not over yet.
    #[inline]
    fn count(&mut self, now: Duration, within: Duration) -> u32 {
        let part = now.as_nanos() / (within / PARTS).as_nanos().max(1);
        let place = |part: u128| (part % u128::from(PARTS)) as usize;
        for over in (self.latest_part + 1..=part).take(PARTS as usize) {
            self.counts[place(over)] = 0;
        }
        self.latest_part = part;
        self.counts[place(part)] = self.counts[place(part)].saturating_add(1);
        self.counts.iter().fold(0, |sum, count| sum.saturating_add(*count))
    }
}

/// Something that differs from bot to bot.
#[inline]
pub(crate) fn jitter() -> u8 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    since.subsec_nanos().to_le_bytes()[1]
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
        let mut delay = || history.after_end(&plan, Duration::MAX, Duration::MAX, 255).ok();
        assert_eq!([delay(), delay()], [Some(Duration::MAX); 2]);
    }

    #[test]
    fn it_gives_up_after_a_burst_but_not_after_the_same_number_of_ends_over_a_long_time() {
        let plan = Restart::on_failure();
        let mut burst = History::new(&plan);
        let answers: Vec<_> =
            (1..=5).map(|end| burst.after_end(&plan, end * SECOND, SECOND, 0).err()).collect();
        assert_eq!(answers, [None, None, None, None, Some(5)]);
        let mut slow = History::new(&plan);
        assert!((1..=50).all(|end| slow.after_end(&plan, end * 20 * SECOND, SECOND, 0).is_ok()));
    }

    #[test]
    fn an_end_counts_for_the_whole_time_and_no_longer() {
        let plan = Restart::always().give_up(2, 60 * SECOND);
        for (second, failures) in [(1, Some(2)), (59, Some(2)), (60, None), (3600, None)] {
            for phase in [0, 999] {
                let at = |second: u32| second * SECOND + Duration::from_millis(phase);
                let mut history = History::new(&plan);
                assert!(history.after_end(&plan, at(7), SECOND, 0).is_ok());
                let next = history.after_end(&plan, at(7 + second), SECOND, 0);
                assert_eq!(next.err(), failures, "{second} s later");
            }
        }
    }

    #[test]
    fn ends_are_counted_in_times_of_any_length() {
        for within in [Duration::ZERO, Duration::from_nanos(1), Duration::MAX] {
            let plan = Restart::always().give_up(3, within);
            let mut history = History::new(&plan);
            let mut end = || history.after_end(&plan, SECOND, SECOND, 0).err();
            assert_eq!([end(), end(), end()], [None, None, Some(3)], "{within:?}");
        }
    }
}
