//! A signal stack that is hardly larger than the minimum.

use std::mem::MaybeUninit;
use std::ptr::null_mut;

use nix::libc;

/// The space for a handler beside the kernel's signal frame. The standard library's stacks have
/// eight kilobytes for both, however large the frame is on this processor.
const ROOM: usize = 4096;

/// The guard below the stack: a whole number of pages for every page size.
const GUARD: usize = 1 << 16;

/// Installs such a stack in this thread.
pub(crate) fn install() {
    let mut stack = MaybeUninit::<libc::stack_t>::zeroed();
    // SAFETY: the mapping is new and is never unmapped. The stack lies within it, above the guard.
    // A `stack_t` may be all zeros.
    unsafe {
        let least = usize::try_from(libc::getauxval(libc::AT_MINSIGSTKSZ)).expect("a size");
        let size = least.max(libc::MINSIGSTKSZ) + ROOM;
        let rights = libc::PROT_READ | libc::PROT_WRITE;
        let kind = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
        let memory = libc::mmap(null_mut(), GUARD + size, rights, kind, -1, 0);
        assert_ne!(memory, libc::MAP_FAILED, "no memory");
        assert_eq!(libc::mprotect(memory, GUARD, libc::PROT_NONE), 0, "no guard");
        (*stack.as_mut_ptr()).ss_sp = memory.byte_add(GUARD);
        (*stack.as_mut_ptr()).ss_size = size;
        assert_eq!(libc::sigaltstack(stack.as_ptr(), null_mut()), 0, "no stack");
    }
}
