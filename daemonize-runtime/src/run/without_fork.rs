//! A started program where there is no `fork`: it runs in the foreground, and nobody waits for it.

pub(crate) mod started {
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::time::Duration;

    static HAS_STARTED: AtomicBool = AtomicBool::new(false);

    pub(crate) fn remember() {
        HAS_STARTED.store(true, Ordering::Relaxed);
    }

    pub(crate) fn has_started() -> bool {
        HAS_STARTED.load(Ordering::Relaxed)
    }

    pub(crate) fn is_daemon() -> bool {
        false
    }

    pub(crate) fn ready() {}

    pub(crate) fn notify(_state: &str) {}

    pub(crate) fn watchdog() -> Option<Duration> {
        None
    }
}
