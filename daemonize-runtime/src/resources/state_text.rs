//! The text of a state file: what a supervisor says about itself and its body, one `key value` a
//! line.

use std::fmt;
use std::time::{Duration, SystemTime};

use crate::sys::End;

/// What is longer is not the text of a state.
pub(crate) const LONGEST: usize = 512;

/// With spaces behind it, every text has this length.
pub(crate) const LENGTH: usize = 256;

/// How every text begins.
pub(crate) const FIRST_WORD: &str = "state ";

/// What only a supervisor knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct State {
    pub(crate) phase: Phase,
    /// The PID of the supervisor that says all this.
    pub(crate) supervisor: i32,
    /// The PID of the body, while there is one.
    pub(crate) body: Option<i32>,
    /// How often a body was started again.
    pub(crate) restarts: u64,
    /// When the next body is started, if that is planned: by the clock that the supervisor waits
    /// by, which nobody sets.
    pub(crate) next_start: Option<Duration>,
    /// How the last body ended, and when.
    pub(crate) last_end: Option<(End, SystemTime)>,
}

impl State {
    /// What a supervisor knows before there is a body.
    #[inline]
    pub(crate) fn at_birth(supervisor: i32) -> Self {
        Self {
            phase: Phase::Starting,
            supervisor,
            body: None,
            restarts: 0,
            next_start: None,
            last_end: None,
        }
    }
}

/// Where the life of a supervised bot has come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// There is no body yet, or a launcher waits for its `ready()`.
    Starting,
    /// There is a body.
    Running,
    /// There is none, but there will be.
    Restarting,
    /// There is none, and there will be none.
    GivenUp,
}

impl Phase {
    const ALL: [Self; 4] = [Self::Starting, Self::Running, Self::Restarting, Self::GivenUp];

    #[inline]
    fn word(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Running => "running",
            Self::Restarting => "restarting",
            Self::GivenUp => "given-up",
        }
    }
}

impl fmt::Display for State {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{FIRST_WORD}{}\nsupervisor {}", self.phase.word(), self.supervisor)?;
        if let Some(body) = self.body {
            writeln!(f, "body {body}")?;
        }
        writeln!(f, "restarts {}", self.restarts)?;
        if let Some(time) = self.next_start {
            writeln!(f, "next-start {}", Time(time))?;
        }
        if let Some((end, time)) = self.last_end {
            let (kind, number) = match end {
                End::Exited(code) => ("exit", code),
                End::Killed(signal) => ("signal", signal),
            };
            let time = Time(time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default());
            writeln!(f, "last-end {kind} {number}\nlast-end-time {time}")?;
        }
        Ok(())
    }
}

/// The text with its last line.
#[inline]
pub(crate) fn sealed(text: &str) -> String {
    text.to_owned() + &last_line(text)
}

/// Has a sum of the lines before it. The kernel lets others read while it copies a text. They may
/// see a part of that and a part of the text before.
#[inline]
fn last_line(text: &str) -> String {
    // FNV-1a.
    let add = |sum: u32, byte: u8| (sum ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    format!("end {}\n", text.bytes().fold(0x811c_9dc5, add))
}

/// Seconds, and milliseconds: since 1970, or since the machine was started.
struct Time(Duration);

impl fmt::Display for Time {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:03}", self.0.as_secs(), self.0.subsec_millis())
    }
}

/// Reads a sealed text; `None` for anything odd, such as parts of two. Keys that are not known
/// belong to a later version.
#[inline]
pub(crate) fn parse(text: &str) -> Option<State> {
    let (text, end) = text.split_at(text.find("\nend ")? + 1);
    if !end.starts_with(&last_line(text)) {
        return None;
    }
    let value = |key: &str| {
        text.lines().find_map(|line| line.split_once(' ').filter(|(name, _)| *name == key))
    };
    let value = |key: &str| value(key).map(|(_, value)| value);
    let phase = Phase::ALL.into_iter().find(|phase| Some(phase.word()) == value("state"))?;
    let last_end = value("last-end").zip(value("last-end-time"));
    Some(State {
        phase,
        supervisor: pid(value("supervisor")?)?,
        body: value("body").map(|body| pid(body).ok_or(())).transpose().ok()?,
        restarts: value("restarts")?.parse().ok()?,
        next_start: value("next-start").map(|next| time(next).ok_or(())).transpose().ok()?,
        last_end: last_end
            .map(|(end, at)| self::end(end).zip(date(at)).ok_or(()))
            .transpose()
            .ok()?,
    })
}

#[inline]
fn pid(text: &str) -> Option<i32> {
    text.parse().ok().filter(|&pid| pid > 0)
}

#[inline]
fn end(text: &str) -> Option<End> {
    let (kind, number) = text.split_once(' ')?;
    let number = number.parse().ok()?;
    match kind {
        "exit" => Some(End::Exited(number)),
        "signal" => Some(End::Killed(number)),
        _ => None,
    }
}

#[inline]
fn time(text: &str) -> Option<Duration> {
    let (seconds, milliseconds) = text.split_once('.')?;
    let seconds = Duration::from_secs(seconds.parse().ok()?);
    let milliseconds = Duration::from_millis(milliseconds.parse::<u16>().ok()?.into());
    seconds.checked_add(milliseconds)
}

#[inline]
fn date(text: &str) -> Option<SystemTime> {
    SystemTime::UNIX_EPOCH.checked_add(time(text)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn states() -> [State; 3] {
        let at = |milliseconds| SystemTime::UNIX_EPOCH + Duration::from_millis(milliseconds);
        let state = State {
            phase: Phase::Starting,
            supervisor: 4711,
            body: Some(4712),
            restarts: 0,
            next_start: None,
            last_end: None,
        };
        let last_end = Some((End::Killed(9), at(1_798_761_599_005)));
        let (phase, next_start) = (Phase::Restarting, Some(Duration::from_millis(1_600_152)));
        let restarting = State { phase, body: None, restarts: 3, next_start, last_end, ..state };
        let last_end = Some((End::Exited(3), at(0)));
        [
            state,
            restarting,
            State { phase: Phase::GivenUp, next_start: None, last_end, ..restarting },
        ]
    }

    #[test]
    fn what_is_written_is_read() {
        for state in states() {
            assert_eq!(parse(&sealed(&state.to_string())), Some(state));
        }
        assert_eq!(
            states()[1].to_string(),
            "state restarting\nsupervisor 4711\nrestarts 3\nnext-start 1600.152\n\
             last-end signal 9\nlast-end-time 1798761599.005\n"
        );
    }

    #[test]
    fn what_stands_behind_and_unknown_keys_do_not_matter() {
        let [text, ..] = states().map(|state| state.to_string());
        assert_eq!(parse(&(sealed(&text) + &text)), Some(states()[0]));
        assert_eq!(parse(&sealed(&text.replace("body", "mood fine\nbody"))), Some(states()[0]));
    }

    #[test]
    fn parts_of_two_texts_say_nothing() {
        let [one, other, _] = states().map(|state| sealed(&state.to_string()));
        let same = one.bytes().zip(other.bytes()).take_while(|(one, other)| one == other).count();
        for cut in same + 1..one.len() {
            assert_eq!(parse(&(one[..cut].to_owned() + &other[cut..])), None, "{cut}");
        }
    }

    #[test]
    fn odd_texts_say_nothing() {
        let text = states()[1].to_string();
        let odd = [
            text.replace("restarting", "bored"),
            text.replace("4711", "-1"),
            text.replace("4711", "0"),
            text.replace("restarts 3", "restarts"),
            text.replace("1600.152", "1600"),
            text.replace("signal 9", "hunger 9"),
            text.replace("1798761599.005", "18446744073709551615.999"),
            "notes of the user\n".to_owned(),
        ];
        for odd in odd {
            assert_eq!(parse(&sealed(&odd)), None, "{odd}");
        }
        assert_eq!(parse(&text), None);
        let text = sealed(&text);
        for length in 0..text.len() {
            assert_eq!(parse(&text[..length]), None, "{length}");
        }
    }
}
