//! Values for options that are no more than a flag or a number.

/// `true`, `false`, or an `Option` of it. `None` means that the option is not set.
///
/// # Examples
///
/// ```
/// use daemonize_runtime::Daemon;
///
/// let detached = Daemon::new().when(true);
/// let decided_by_the_library = Daemon::new().when(None);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a `bool`",
    label = "expected `true` or `false`",
    note = "an `Option<bool>` works too"
)]
pub trait SwitchValue {
    /// What was said, if anything was.
    #[doc(hidden)]
    fn into_switch(self) -> Option<bool>;
}

impl SwitchValue for bool {
    fn into_switch(self) -> Option<bool> {
        Some(self)
    }
}

impl SwitchValue for Option<bool> {
    fn into_switch(self) -> Option<bool> {
        self
    }
}

/// A file mode creation mask as a `u32`, or an `Option` of it. `None` means that the option is not
/// set.
///
/// # Examples
///
/// ```
/// use daemonize_runtime::Daemon;
///
/// let daemon = Daemon::new().umask(0o027);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a file mode creation mask",
    label = "expected a `u32`, such as `0o027`",
    note = "an `Option<u32>` works too"
)]
pub trait MaskValue {
    /// The mask, if there is one.
    #[doc(hidden)]
    fn into_mask(self) -> Option<u32>;
}

impl MaskValue for u32 {
    fn into_mask(self) -> Option<u32> {
        Some(self)
    }
}

impl MaskValue for Option<u32> {
    fn into_mask(self) -> Option<u32> {
        self
    }
}
