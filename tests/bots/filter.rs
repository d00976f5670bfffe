//! A seccomp filter like those of containers.

use nix::errno::Errno;
use nix::libc::{self, sock_filter};
use nix::sys::prctl::set_no_new_privs;

/// Makes every such system call of this process fail with EPERM.
pub(crate) fn forbid(call: libc::c_long) -> nix::Result<()> {
    let code = |code| u16::try_from(code).expect("a code");
    let number = |number| u32::try_from(number).expect("a number");
    let statement = |of, k| sock_filter { code: code(of), jt: 0, jf: 0, k };
    let is_other = sock_filter {
        code: code(libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K),
        jt: 0,
        jf: 1,
        k: number(call),
    };
    let refuse = libc::SECCOMP_RET_ERRNO | number(libc::EPERM.into());
    let mut filter = [
        // The first field of `seccomp_data` is the number of the system call.
        statement(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, 0),
        is_other,
        statement(libc::BPF_RET | libc::BPF_K, refuse),
        statement(libc::BPF_RET | libc::BPF_K, libc::SECCOMP_RET_ALLOW),
    ];
    let program = libc::sock_fprog { len: 4, filter: filter.as_mut_ptr() };
    set_no_new_privs()?;
    // SAFETY: `program` holds the filter's address and length, and the kernel copies the filter.
    let filtered = unsafe {
        libc::syscall(libc::SYS_seccomp, libc::SECCOMP_SET_MODE_FILTER, 0, &raw const program)
    };
    Errno::result(filtered).map(drop)
}
