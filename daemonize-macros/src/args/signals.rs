//! Receives the name of a signal; hands on why it cannot ask a program to end.

use super::names::distance;
use crate::errors::visible;

/// The signals that can ask a program to end, without their prefix: those of signal(7) except KILL
/// and STOP, which cannot be caught, and those that say something else.
const SIGNALS: [&str; 24] = [
    "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "USR1", "SEGV", "USR2", "PIPE",
    "ALRM", "TERM", "STKFLT", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS",
];

/// A name that no signal has on any system, or one that asks for something else.
pub(super) fn objection_to(name: &str) -> Option<String> {
    let bare = name.strip_prefix("SIG").unwrap_or(name);
    let capitals = name.to_ascii_uppercase();
    match bare {
        _ if SIGNALS.contains(&bare) => None,
        "KILL" | "STOP" => Some(format!("`{name}` cannot be caught")),
        "TSTP" | "TTIN" | "TTOU" | "CHLD" | "CONT" => {
            Some(format!("`{name}` does not ask a program to end"))
        }
        _ if name != capitals && objection_to(&capitals).is_none() => {
            Some(format!("write `stop_signal` in capitals, as in `{capitals}`"))
        }
        _ => {
            let way_out = misspelt(&capitals).map(|meant| format!("; did you mean `{meant}`?"));
            Some(format!("there is no signal `{}`{}", visible(name), way_out.unwrap_or_default()))
        }
    }
}

/// The signal whose name is like this one.
fn misspelt(name: &str) -> Option<&'static str> {
    let bare = name.strip_prefix("SIG").unwrap_or(name);
    SIGNALS.iter().copied().find(|signal| distance(bare, signal) == 1)
}
