//! What has become of a body, in numbers and in words.

use std::{fmt, io};

use crate::sys::{End, Errno, Signal};

/// What has become of an attempt to have a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Ended(End),
    /// There was none.
    NotForked(Errno),
}

impl Outcome {
    /// What the shell makes of it.
    #[inline]
    pub(crate) fn code(self) -> i32 {
        match self {
            Self::Ended(end) => end.code(),
            Self::NotForked(_) => 71,
        }
    }

    /// In the few words that follow "last".
    #[inline]
    pub(crate) fn short(self) -> String {
        match self {
            Self::Ended(end) => end.to_string(),
            Self::NotForked(_) => self.to_string(),
        }
    }
}

impl fmt::Display for Outcome {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ended(end @ End::Exited(_)) => write!(f, "it ended with {end}"),
            Self::Ended(end @ End::Killed(_)) => write!(f, "it was killed by {end}"),
            Self::NotForked(reason) => write!(f, "cannot fork: {}", io::Error::from(*reason)),
        }
    }
}

impl fmt::Display for End {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exited(code) => write!(f, "exit code {code}"),
            Self::Killed(number) => match Signal::of(*number) {
                Some(signal) => write!(f, "signal {number} ({signal})"),
                None => write!(f, "signal {number}"),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outcome_has_words_and_a_code() {
        let outcomes = [
            (Outcome::Ended(End::Exited(3)), "it ended with exit code 3", "exit code 3", 3),
            (
                Outcome::Ended(End::Killed(9)),
                "it was killed by signal 9 (SIGKILL)",
                "signal 9 (SIGKILL)",
                137,
            ),
            (Outcome::Ended(End::Killed(40)), "it was killed by signal 40", "signal 40", 168),
        ];
        for (outcome, words, short, code) in outcomes {
            assert_eq!((outcome.to_string().as_str(), outcome.code()), (words, code));
            assert_eq!(outcome.short(), short);
        }
        let none = Outcome::NotForked(Errno::EAGAIN);
        assert!(none.to_string().starts_with("cannot fork: "), "{none}");
        assert_eq!((none.short(), none.code()), (none.to_string(), 71));
    }
}
