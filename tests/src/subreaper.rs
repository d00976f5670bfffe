//! Makes the test process the parent of every orphan that its bots leave.
//!
//! A daemon is an orphan by nature. As a child of the test process it can be awaited and its end be
//! read, and its PID is not given to another process before it has been reaped: a recorded PID is
//! safe to signal.

use std::sync::Once;

use nix::sys::prctl::set_child_subreaper;

/// Adopts all orphans from now on; calling it again does nothing.
pub fn adopt_orphans() {
    static ADOPTED: Once = Once::new();
    ADOPTED.call_once(|| set_child_subreaper(true).expect("the kernel has subreapers"));
}
