//! The words of `commands`, and what is nearly one of them.

/// A word that the program answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Word {
    Start,
    Stop,
    Restart,
    Status,
    Run,
    Log,
    Help,
}

impl Word {
    pub(crate) const ALL: [Self; 7] =
        [Self::Start, Self::Stop, Self::Restart, Self::Status, Self::Run, Self::Log, Self::Help];

    #[inline]
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Stop => "stop",
            Self::Restart => "restart",
            Self::Status => "status",
            Self::Run => "run",
            Self::Log => "log",
            Self::Help => "help",
        }
    }

    /// The options that may stand directly behind the word.
    #[inline]
    pub(crate) fn options(self) -> &'static str {
        match self {
            Self::Stop => "--timeout SECONDS",
            Self::Status => "--json",
            Self::Log => "-n NUMBER, -f and --stderr",
            Self::Start | Self::Restart | Self::Run | Self::Help => "",
        }
    }

    /// Whether it starts the program, so that the program gets the arguments that follow.
    #[inline]
    pub(crate) fn starts(self) -> bool {
        matches!(self, Self::Start | Self::Restart | Self::Run)
    }

    #[inline]
    pub(crate) fn find(argument: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|word| word.name() == argument)
    }

    /// The word that was probably meant: the one with the fewest mistakes in it. The first letter
    /// is right, apart from its case, since nearly every short word is nearly another one.
    #[inline]
    pub(crate) fn near(argument: &str) -> Option<Self> {
        let argument = argument.to_ascii_lowercase();
        let candidates = Self::ALL.into_iter().filter(|word| {
            word.name().as_bytes().first() == argument.as_bytes().first() && argument.len() > 1
        });
        let distances = candidates.map(|word| (distance(word.name(), &argument), word));
        let (distance, word) = distances.min_by_key(|&(distance, _)| distance)?;
        (distance <= word.name().len() / 3).then_some(word)
    }
}

/// How many letters are missing, superfluous, wrong or exchanged with their neighbours.
#[inline]
fn distance(one: &str, other: &str) -> usize {
    let (one, other): (Vec<_>, Vec<_>) = (one.chars().collect(), other.chars().collect());
    let mut rows: Vec<Vec<usize>> = vec![(0..=other.len()).collect()];
    for i in 1..=one.len() {
        let mut row = vec![i];
        for j in 1..=other.len() {
            let is_same = one[i - 1] == other[j - 1];
            let replaced = rows[i - 1][j - 1] + usize::from(!is_same);
            let mut best = replaced.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[one.len()][other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistyped_word_is_recognised() {
        let cases = [
            ("stauts", Word::Status),
            ("statsu", Word::Status),
            ("Status", Word::Status),
            ("stats", Word::Status),
            ("strat", Word::Start),
            ("stpo", Word::Stop),
            ("stopp", Word::Stop),
            ("restrat", Word::Restart),
            ("resart", Word::Restart),
            ("logs", Word::Log),
            ("rnu", Word::Run),
            ("hlep", Word::Help),
        ];
        for (argument, word) in cases {
            assert_eq!(Word::near(argument), Some(word), "{argument}");
        }
    }

    #[test]
    fn other_words_are_the_programs_own() {
        for argument in
            ["", "s", "l", "serve", "dog", "sun", "stockholm", "report", "house", "./run", "später"]
        {
            assert_eq!(Word::near(argument), None, "{argument}");
        }
    }
}
