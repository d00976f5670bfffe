//! The numbers of system calls. 32-bit x86 has several numbers for one call: the older ones have
//! 16-bit user IDs or 32-bit sizes. It also has one number for all calls on sockets.

use nix::libc::c_long;

/// The number of a call in the table.
#[cfg(not(target_arch = "x86"))]
pub(crate) fn canonical(number: c_long, _arguments: [u64; 6]) -> c_long {
    number
}

/// The number of a call in the table.
#[cfg(target_arch = "x86")]
pub(crate) fn canonical(number: c_long, arguments: [u64; 6]) -> c_long {
    use nix::libc;
    const LARGE: &[(c_long, c_long)] = &[
        (libc::SYS_fchown32, libc::SYS_fchown),
        (libc::SYS_fcntl64, libc::SYS_fcntl),
        (libc::SYS_fstat64, libc::SYS_fstat),
        (libc::SYS_ftruncate64, libc::SYS_ftruncate),
        (libc::SYS_geteuid32, libc::SYS_geteuid),
        (libc::SYS_getgroups32, libc::SYS_getgroups),
        (libc::SYS_getresgid32, libc::SYS_getresgid),
        (libc::SYS_getresuid32, libc::SYS_getresuid),
        (libc::SYS_lstat64, libc::SYS_lstat),
        (libc::SYS_mmap2, libc::SYS_mmap),
        (libc::SYS_setgroups32, libc::SYS_setgroups),
        (libc::SYS_setresgid32, libc::SYS_setresgid),
        (libc::SYS_setresuid32, libc::SYS_setresuid),
        (libc::SYS_setuid32, libc::SYS_setuid),
        (libc::SYS_stat64, libc::SYS_stat),
        (libc::SYS_waitpid, libc::SYS_wait4),
    ];
    /// What `socketcall` does, by its first argument. See socketcall(2).
    const OF_SOCKETS: &[(u64, c_long)] = &[
        (1, libc::SYS_socket),
        (8, libc::SYS_socketpair),
        (9, libc::SYS_sendto),
        (10, libc::SYS_recvfrom),
        (11, libc::SYS_sendto),
        (12, libc::SYS_recvfrom),
        (13, libc::SYS_shutdown),
    ];
    if number == libc::SYS_socketcall {
        let of_sockets = OF_SOCKETS.iter().find(|(what, _)| *what == arguments[0]);
        return of_sockets.map_or(number, |(_, canonical)| *canonical);
    }
    LARGE.iter().find(|(large, _)| *large == number).map_or(number, |(_, canonical)| *canonical)
}
