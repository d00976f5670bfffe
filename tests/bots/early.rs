//! A bot that does things before its start, which a start may have to mind: its words say which.

use std::time::Duration;
use std::{env, thread};

use daemonize_runtime::{Daemon, Error, ErrorKind, is_daemon};
use nix::errno::Errno;
use nix::libc::{self, sock_filter};
use nix::sys::prctl::set_no_new_privs;

/// Longer than any test, and yet the bot ends by itself when a test run was killed.
const SLEEP: Duration = Duration::from_secs(300);

fn main() {
    let mut daemon = Daemon::new().redirect("out.log").chdir(false);
    let mut start: fn(Daemon) -> Result<(), Error> = Daemon::start;
    for word in env::args().skip(1) {
        match word.as_str() {
            "foreground" => daemon = daemon.when(false),
            "forbid-unshare" => forbid_unshare().expect("a filter"),
            "join-threads" => join_threads(),
            "thread" => drop(thread::spawn(|| thread::sleep(SLEEP))),
            "vouch" => start = vouch,
            other => panic!("unknown word: {other}"),
        }
    }
    if let Err(error) = start(daemon) {
        eprintln!("early: {error:?}");
        std::process::exit(error.exit_code().into());
    }
    println!("up");
    if is_daemon() {
        thread::sleep(SLEEP);
    }
}

fn vouch(daemon: Daemon) -> Result<(), Error> {
    // SAFETY: the other threads sleep, and hold nothing.
    unsafe { daemon.start_with_threads() }
}

/// Asks for a thousand starts, each just after two threads have ended. They are refused for their
/// umask, which is looked at behind the threads.
fn join_threads() {
    for round in 0..1000 {
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| ());
            }
        });
        let error = Daemon::new().umask(0o7777).start().expect_err("no mask");
        assert_eq!(error.kind(), ErrorKind::InvalidOptions, "round {round}: {error}");
    }
}

/// Has the kernel answer `unshare` as the filters of containers do.
fn forbid_unshare() -> nix::Result<()> {
    let code = |code| u16::try_from(code).expect("a code");
    let number = |number| u32::try_from(number).expect("a number");
    let statement = |of, k| sock_filter { code: code(of), jt: 0, jf: 0, k };
    let is_other = sock_filter {
        code: code(libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K),
        jt: 0,
        jf: 1,
        k: number(libc::SYS_unshare),
    };
    let mut filter = [
        // The number of the call is the first field of what a filter sees.
        statement(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, 0),
        is_other,
        statement(
            libc::BPF_RET | libc::BPF_K,
            libc::SECCOMP_RET_ERRNO | number(libc::EPERM.into()),
        ),
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
