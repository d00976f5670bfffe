//! A stack for signal handlers that is hardly larger than one must be.

use std::mem::MaybeUninit;
use std::ptr::null_mut;

use nix::libc;

/// What a handler may need beside what the kernel puts there. The standard library gives each
/// thread eight kilobytes for both, whatever the processor has to put there.
const ROOM: usize = 4096;

/// Whole pages below the stack that nobody may touch, however large pages are.
const GUARD: usize = 1 << 16;

/// Handles signals on such a stack from now on.
pub(crate) fn install() {
    let mut stack = MaybeUninit::<libc::stack_t>::zeroed();
    // SAFETY: the memory is new, and stays to the end of the process; the stack is within it, above
    // the guard. All-zero is a valid value of what describes it.
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
