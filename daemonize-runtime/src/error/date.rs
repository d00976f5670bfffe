//! Dates and times, as users and programs read them.

use std::fmt;
use std::time::{Duration, SystemTime};

/// The last second that RFC 3339 can write. A file can claim any time, and years are counted here.
const LAST: u64 = 253_402_300_799;

/// Date and time as RFC 3339 has them, in UTC.
#[inline]
pub(crate) fn utc(time: SystemTime) -> String {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let seconds = since.as_secs().min(LAST);
    let days_of_year = |year: u64| {
        let is_leap =
            year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        if is_leap { 366 } else { 365 }
    };
    let (mut day, mut year, mut month) = (seconds / 86_400, 1970, 0);
    while day >= days_of_year(year) {
        day -= days_of_year(year);
        year += 1;
    }
    let lengths = [31, days_of_year(year) - 337, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    while day >= lengths[month] {
        day -= lengths[month];
        month += 1;
    }
    let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    format!("{year}-{:02}-{:02}T{hour:02}:{minute:02}:{second:02}Z", month + 1, day + 1)
}

/// A time in seconds. Not as a fraction: the code that writes one is larger than all of this.
pub(crate) struct Seconds(pub(crate) Duration);

impl fmt::Display for Seconds {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.subsec_millis() {
            0 => write!(f, "{} s", self.0.as_secs()),
            milliseconds => write!(f, "{}.{milliseconds:03} s", self.0.as_secs()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_the_calendar_has_them() {
        let at = |seconds| utc(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds));
        assert_eq!(at(0), "1970-01-01T00:00:00Z");
        assert_eq!(at(951_782_399), "2000-02-28T23:59:59Z");
        assert_eq!(at(951_782_400), "2000-02-29T00:00:00Z");
        assert_eq!(at(4_107_542_400), "2100-03-01T00:00:00Z");
        assert_eq!(at(1_798_761_599), "2026-12-31T23:59:59Z");
        assert_eq!([at(LAST), at(LAST + 1)], ["9999-12-31T23:59:59Z"; 2]);
    }

    #[test]
    fn seconds_have_three_digits_behind_the_point_or_none() {
        let seconds = |milliseconds| Seconds(Duration::from_millis(milliseconds)).to_string();
        assert_eq!([seconds(60_000), seconds(1_047), seconds(2)], ["60 s", "1.047 s", "0.002 s"]);
    }
}
