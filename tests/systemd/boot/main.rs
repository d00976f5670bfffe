//! Boots systemd as PID 1 of new namespaces. Removes everything at the end of standard input, which
//! comes when the parent closes the pipe or dies.
//!
//! The first argument is a directory with a Linux system, which is not changed. The second is a
//! directory of programs, which is mounted at `/bots`. The PID of systemd is the first line on
//! standard output.

mod cgroup;
mod root;

use std::ffi::CString;
use std::io::{self, Read, Write};
use std::path::Path;
use std::{env, fs};

use nix::sched::{CloneFlags, unshare};
use nix::sys::prctl::set_pdeathsig;
use nix::sys::signal::{SigHandler, Signal, kill, signal};
use nix::sys::wait::waitpid;
use nix::unistd::{ForkResult, execve, fork};
use tempfile::TempDir;

use cgroup::Cgroup;

fn main() {
    let words: Vec<_> = env::args_os().skip(1).collect();
    let [system, bots] = &words[..] else { panic!("expected two directories") };
    ignore_interrupts();
    let scratch = TempDir::with_prefix("machine-").expect("a place for mounts");
    let group = Cgroup::new();
    group.enter();
    unshare(CloneFlags::CLONE_NEWPID).expect("a PID namespace");
    // SAFETY: this program has one thread.
    match unsafe { fork() }.expect("a child") {
        ForkResult::Child => become_systemd(Path::new(system), Path::new(bots), scratch.path()),
        ForkResult::Parent { child } => {
            group.leave();
            println!("{child}");
            io::stdout().flush().expect("the parent reads");
            io::stdin().read_to_end(&mut Vec::new()).expect("standard input");
            // The kernel kills the other processes of a PID namespace when PID 1 ends.
            kill(child, Signal::SIGKILL).expect("it was not reaped yet");
            waitpid(child, None).expect("its end");
            group.remove();
        }
    }
}

/// An interrupt on the terminal reaches this program, too, which still has to clean up.
fn ignore_interrupts() {
    for ignored in [Signal::SIGINT, Signal::SIGQUIT, Signal::SIGTERM, Signal::SIGHUP] {
        // SAFETY: an ignored signal runs no handler.
        unsafe { signal(ignored, SigHandler::SigIgn) }.expect("a disposition");
    }
}

fn become_systemd(system: &Path, bots: &Path, scratch: &Path) -> ! {
    set_pdeathsig(Signal::SIGKILL).expect("a signal");
    // The root of the new cgroup namespace is this process's current cgroup.
    let own = CloneFlags::CLONE_NEWNS
        | CloneFlags::CLONE_NEWUTS
        | CloneFlags::CLONE_NEWIPC
        | CloneFlags::CLONE_NEWNET
        | CloneFlags::CLONE_NEWCGROUP;
    unshare(own).expect("namespaces");
    root::build(system, bots, scratch);
    root::change_to(&scratch.join("root"));
    let program = ["/usr/lib/systemd/systemd", "/lib/systemd/systemd"];
    let program = program.into_iter().find(|path| fs::exists(path).unwrap_or_default());
    let words = [
        program.expect("the directory holds a systemd"),
        "--unit=basic.target",
        "--show-status=no",
        "--log-target=journal",
    ];
    let environment =
        ["container=tests", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"];
    let words = words.map(|word| CString::new(word).expect("no NUL"));
    let environment = environment.map(|variable| CString::new(variable).expect("no NUL"));
    let Err(error) = execve(&words[0], &words, &environment);
    panic!("systemd: {error}");
}
