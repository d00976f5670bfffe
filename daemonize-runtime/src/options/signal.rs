//! Signals: what users write for them, and what was said.

/// A signal that can ask a program to end, by name: `"TERM"`, `"SIGTERM"`, or an `Option` of it.
/// `None` means that the option is not set.
///
/// The names are those of signal(7), without those that cannot ask a program to end: KILL, STOP,
/// TSTP, TTIN, TTOU, CHLD and CONT. A start with another name fails.
///
/// # Examples
///
/// ```
/// use daemonize_runtime::Daemon;
///
/// let daemon = Daemon::new().stop_signal("INT");
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not name a signal",
    label = "expected the name of a signal, such as \"TERM\"",
    note = "a name is a `&str` or a `String`, or an `Option` of it"
)]
pub trait SignalValue {
    /// The signal, if one was named.
    #[doc(hidden)]
    fn into_signal(self) -> Option<StopSignal>;
}

/// What a [`SignalValue`] says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StopSignal {
    /// The number of the signal.
    Number(i32),
    /// A name that no such signal has.
    Unknown(String),
}

impl StopSignal {
    /// Whether it is SIGHUP, by its number, which is the same on all systems. The names are linked
    /// only into programs that set the option.
    pub(crate) fn is_hang_up(&self) -> bool {
        matches!(self, Self::Number(1))
    }
}

impl SignalValue for &str {
    #[inline]
    fn into_signal(self) -> Option<StopSignal> {
        let number = number::of(self);
        Some(number.map_or_else(|| StopSignal::Unknown(self.to_owned()), StopSignal::Number))
    }
}

impl SignalValue for &&str {
    #[inline]
    fn into_signal(self) -> Option<StopSignal> {
        (*self).into_signal()
    }
}

impl SignalValue for String {
    #[inline]
    fn into_signal(self) -> Option<StopSignal> {
        self.as_str().into_signal()
    }
}

impl SignalValue for &String {
    #[inline]
    fn into_signal(self) -> Option<StopSignal> {
        self.as_str().into_signal()
    }
}

impl<V: SignalValue> SignalValue for Option<V> {
    #[inline]
    fn into_signal(self) -> Option<StopSignal> {
        self.and_then(V::into_signal)
    }
}

impl<V> SignalValue for &Option<V>
where
    for<'value> &'value V: SignalValue,
{
    fn into_signal(self) -> Option<StopSignal> {
        self.as_ref().and_then(SignalValue::into_signal)
    }
}

#[cfg(unix)]
mod number {
    use crate::sys::Signal;

    /// Those that ask nothing: KILL and STOP cannot be caught, TSTP, TTIN and TTOU are taken back
    /// by the CONT that follows them, CHLD tells of children, and CONT wakes what was stopped.
    const OTHERS: [Signal; 7] = [
        Signal::SIGKILL,
        Signal::SIGSTOP,
        Signal::SIGTSTP,
        Signal::SIGTTIN,
        Signal::SIGTTOU,
        Signal::SIGCHLD,
        Signal::SIGCONT,
    ];

    /// The signal of this name.
    #[inline]
    pub(super) fn of(name: &str) -> Option<i32> {
        let (_, signal) =
            Signal::all().find(|(known, _)| [known, &known["SIG".len()..]].contains(&name))?;
        (!OTHERS.contains(&signal)).then_some(signal.number())
    }
}

#[cfg(not(unix))]
mod number {
    /// There is nobody to be signalled here, so every name will do.
    #[expect(clippy::unnecessary_wraps, reason = "elsewhere some names are refused")]
    pub(super) fn of(_name: &str) -> Option<i32> {
        Some(0)
    }
}

#[cfg(all(test, unix))]
mod tests {

    use super::*;

    #[test]
    fn a_signal_is_known_by_its_name_with_and_without_the_prefix() {
        let known = [("TERM", libc::SIGTERM), ("SIGINT", libc::SIGINT), ("USR1", libc::SIGUSR1)];
        for (name, number) in known {
            assert_eq!(name.into_signal(), Some(StopSignal::Number(number)), "{name}");
        }
        let no_request = ["KILL", "SIGSTOP", "TSTP", "SIGTTIN", "TTOU", "CHLD", "CONT"];
        for name in ["", "SIG", "term", "15", "TREM", "ÄÖÜ"].into_iter().chain(no_request) {
            assert_eq!(Some(name).into_signal(), Some(StopSignal::Unknown(name.into())), "{name}");
        }
        assert_eq!(None::<String>.into_signal(), None);
    }
}
