//! Values that threads and signal handlers share.

use std::fs::File;
use std::os::fd::{FromRawFd, IntoRawFd, RawFd};
use std::ptr;
use std::sync::atomic::{AtomicI32, AtomicPtr, Ordering};

/// One value for the whole process. Reading takes no lock, so signal handlers may read.
pub(crate) struct Shared<T: 'static>(AtomicPtr<T>);

impl<T: Sync> Shared<T> {
    pub(crate) const fn empty() -> Self {
        Self(AtomicPtr::new(ptr::null_mut()))
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

/// A value that is put here and taken once. A mutex would do, and needs more code.
#[derive(Debug)]
pub(crate) struct Slot<T>(AtomicPtr<T>);

impl<T: Send> Slot<T> {
    pub(crate) const fn empty() -> Self {
        Self(AtomicPtr::new(ptr::null_mut()))
    }

    /// Whatever was here is kept in memory.
    pub(crate) fn put(&self, value: Box<T>) {
        self.0.store(Box::into_raw(value), Ordering::Release);
    }

    pub(crate) fn take(&self) -> Option<Box<T>> {
        let taken = self.0.swap(ptr::null_mut(), Ordering::AcqRel);
        // SAFETY: the pointer is null or comes from `put`, and nobody else has taken it.
        (!taken.is_null()).then(|| unsafe { Box::from_raw(taken) })
    }
}

/// An open file that nobody uses here, and that can be closed by whoever has a reference.
#[derive(Debug)]
pub(crate) struct Kept(AtomicI32);

impl Kept {
    const CLOSED: RawFd = -1;

    pub(crate) fn new(file: File) -> Self {
        Self(AtomicI32::new(file.into_raw_fd()))
    }

    /// Its number, unless it is closed.
    pub(crate) fn number(&self) -> Option<RawFd> {
        Some(self.0.load(Ordering::Relaxed)).filter(|&number| number != Self::CLOSED)
    }

    pub(crate) fn close(&self) {
        let number = self.0.swap(Self::CLOSED, Ordering::Relaxed);
        if number != Self::CLOSED {
            // SAFETY: the number came from an open file, and nobody else has taken it.
            drop(unsafe { File::from_raw_fd(number) });
        }
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        self.close();
    }
}
