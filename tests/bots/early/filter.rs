//! Has the kernel answer as the filters of containers do.

use nix::errno::Errno;
use nix::libc::{self, sock_filter};
use nix::sys::prctl::set_no_new_privs;

/// Lets every `unshare` of this process fail.
pub(crate) fn forbid_unshare() -> nix::Result<()> {
    let code = |code| u16::try_from(code).expect("a code");
    let number = |number| u32::try_from(number).expect("a number");
    let statement = |of, k| sock_filter { code: code(of), jt: 0, jf: 0, k };
    let is_other = sock_filter {
        code: code(libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K),
        jt: 0,
        jf: 1,
        k: number(libc::SYS_unshare),
    };
    let refuse = libc::SECCOMP_RET_ERRNO | number(libc::EPERM.into());
    let mut filter = [
        // The number of the call is the first field of what a filter sees.
        statement(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, 0),
        is_other,
        statement(libc::BPF_RET | libc::BPF_K, refuse),
        statement(libc::BPF_RET | libc::BPF_K, libc::SECCOMP_RET_ALLOW),
    ];
    let program = libc::sock_fprog { len: 4, filter: filter.as_mut_ptr() };
    set_no_new_privs()?;
    // SAFETY: the kernel copies the filter, of which `program` tells address and length.
    let filtered = unsafe {
        libc::syscall(libc::SYS_seccomp, libc::SECCOMP_SET_MODE_FILTER, 0, &raw const program)
    };
    Errno::result(filtered).map(drop)
}
