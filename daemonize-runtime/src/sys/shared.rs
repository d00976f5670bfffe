//! A value that a signal handler may read.

use std::sync::atomic::{AtomicPtr, Ordering};

/// One value for the whole process. Reading takes no lock, so that signal handlers may.
pub(crate) struct Shared<T: 'static>(AtomicPtr<T>);

impl<T: Sync> Shared<T> {
    pub(crate) const fn empty() -> Self {
        Self(AtomicPtr::new(std::ptr::null_mut()))
    }

    /// Replaces the value. The old one is kept, since somebody may be reading it.
    pub(crate) fn set(&self, value: Box<T>) -> &'static T {
        let value = Box::leak(value);
        self.0.store(value, Ordering::Release);
        value
    }

    pub(crate) fn get(&self) -> Option<&'static T> {
        // SAFETY: the pointer is null or comes from `set`, which has leaked what it points to.
        unsafe { self.0.load(Ordering::Acquire).as_ref() }
    }
}
