//! A bot that does things before its start which affect the start. Its words say what it does, and
//! the variable `MAIN` chooses its `main`.

#[path = "../filter.rs"]
mod filter;

use std::fs::{self, File};
use std::future::ready;
use std::io::{Read, Write};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::time::Duration;
use std::{env, process, thread};

use daemonize_runtime::{Daemon, Error, ErrorKind, is_daemon};
use nix::errno::Errno;
use nix::libc;
use nix::sys::signal::SigSet;
use tokio::runtime::{Builder, Runtime};

/// Longer than any test. If a test run is killed, the bot still ends.
const SLEEP: Duration = Duration::from_secs(300);

fn main() {
    match env::var("MAIN").as_deref() {
        Ok("attribute") => attribute::main(),
        Ok("commands") => commands::main(),
        _ => main_with_builder(),
    }
}

fn main_with_builder() {
    let early = Early::from_arguments();
    if early.is_elsewhere {
        let start = move || {
            SigSet::all().thread_block().expect("a mask");
            start(early);
        };
        thread::spawn(start).join().expect("a start");
    } else {
        start(early);
    }
}

fn start(early: Early) {
    let daemon = Daemon::new().redirect("out.log").chdir(false).restart(&*early.restart);
    let daemon = daemon.wait_ready(early.waits);
    let daemon = if early.detaches { daemon } else { daemon.when(false) };
    let started = match &early.runtime {
        _ if early.vouches => vouch(daemon),
        Some(runtime) => runtime.block_on(async { daemon.start() }),
        None => daemon.start(),
    };
    if let Err(error) = started {
        eprintln!("early: {error:?}");
        process::exit(error.exit_code().into());
    }
    early.run();
}

fn vouch(daemon: Daemon) -> Result<(), Error> {
    // SAFETY: the other threads sleep and hold no lock.
    unsafe { daemon.start_with_threads() }
}

mod attribute {
    use daemonize_runtime::daemonize;

    use super::Early;

    #[daemonize(
        before = Early::from_arguments(),
        redirect = "out.log",
        chdir = false,
        restart = &*early.restart,
        wait_ready = early.waits,
    )]
    pub(super) fn main(early: Early) {
        early.run();
    }
}

mod commands {
    use daemonize_runtime::daemonize;

    use super::Early;

    #[daemonize(
        commands = true,
        before = Early::from_arguments(),
        redirect = "out.log",
        chdir = false,
        restart = &*early.restart,
        wait_ready = early.waits,
    )]
    pub(super) fn main(early: Early) {
        early.run();
    }
}

/// What the bot has made before its start, and what it does afterwards.
#[expect(clippy::struct_excessive_bools, reason = "each is a word of the command line")]
struct Early {
    detaches: bool,
    is_elsewhere: bool,
    vouches: bool,
    waits: bool,
    restart: String,
    crashes: bool,
    asynchronous: bool,
    pipe: Option<(OwnedFd, OwnedFd)>,
    loops: Vec<OwnedFd>,
    runtime: Option<Runtime>,
}

impl Early {
    fn from_arguments() -> Self {
        let mut early = Self {
            detaches: true,
            is_elsewhere: false,
            vouches: false,
            waits: false,
            restart: "never".into(),
            crashes: false,
            asynchronous: false,
            pipe: None,
            loops: Vec::new(),
            runtime: None,
        };
        for word in daemonize_runtime::args_os().skip(1) {
            early.obey(word.to_str().expect("text"));
        }
        early
    }

    fn obey(&mut self, word: &str) {
        let (key, value) = word.split_once('=').unwrap_or((word, ""));
        let number = || value.parse().expect("a descriptor");
        match key {
            "async" => self.asynchronous = true,
            "claim" => claim(number()),
            "crash" => self.crashes = true,
            "elsewhere" => self.is_elsewhere = true,
            "epoll" => self.loops.push(epoll(libc::EPOLL_CLOEXEC)),
            "epoll-for-all" => self.loops.push(epoll(0)),
            "forbid-unshare" => filter::forbid(libc::SYS_unshare).expect("a filter"),
            "foreground" => self.detaches = false,
            "io-uring" => self.loops.push(io_uring()),
            "join-threads" => join_threads(),
            "pipe" => self.pipe = Some(nix::unistd::pipe().expect("a pipe")),
            "replace" => replace(number()),
            "restart" => value.clone_into(&mut self.restart),
            "runtime" => self.runtime = Some(runtime()),
            "thread" => drop(thread::spawn(|| thread::sleep(SLEEP))),
            "vouch" => self.vouches = true,
            "wait-ready" => self.waits = true,
            _ => panic!("unknown word: {word}"),
        }
    }

    /// The body.
    fn run(self) {
        daemonize_runtime::ready();
        if let Some((reader, writer)) = self.pipe {
            // It gets the lowest free descriptor.
            let _own = File::create("own").expect("a file");
            let wrote = File::from(writer).write(b"x");
            let read = File::from(reader).read(&mut [0; 2]);
            println!("wrote {}, read {}", wrote.expect("no error"), read.expect("no error"));
        }
        let is_first = self.crashes && File::create_new("crashed").is_ok();
        if self.asynchronous {
            runtime().block_on(ready(()));
        }
        println!("up");
        if is_first {
            process::exit(1);
        }
        if is_daemon() {
            thread::sleep(SLEEP);
        }
        drop(self.loops);
    }
}

/// Marks an inherited descriptor close-on-exec, which makes it the bot's own.
fn claim(number: RawFd) {
    // SAFETY: the call sets a flag and touches no memory.
    let claimed = unsafe { libc::fcntl(number, libc::F_SETFD, libc::FD_CLOEXEC) };
    assert_eq!(claimed, 0, "{number} is open");
}

/// Replaces an inherited descriptor with a file that the bot has opened, without close-on-exec.
fn replace(number: RawFd) {
    fs::write("mine", "mine").expect("a file");
    let mine = File::open("mine").expect("a file");
    // SAFETY: nothing in this bot owns the descriptor.
    let replaced = unsafe { libc::dup2(mine.as_raw_fd(), number) };
    assert_eq!(replaced, number);
}

/// An epoll instance, as asynchronous runtimes have, with or without close-on-exec.
fn epoll(flags: i32) -> OwnedFd {
    // SAFETY: the call touches no memory, and a descriptor that it returns is new.
    unsafe { OwnedFd::from_raw_fd(Errno::result(libc::epoll_create1(flags)).expect("an epoll")) }
}

fn io_uring() -> OwnedFd {
    let mut parameters = [0_u32; 30];
    // SAFETY: the kernel writes 120 bytes to the array, which is as long, and returns a new
    // descriptor.
    unsafe {
        let ring = libc::syscall(libc::SYS_io_uring_setup, 1, parameters.as_mut_ptr());
        let ring = Errno::result(ring).expect("the kernel has them");
        OwnedFd::from_raw_fd(ring.try_into().expect("a descriptor"))
    }
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().expect("a runtime")
}

/// Tries a thousand starts, each just after two threads have ended. They fail because of the umask,
/// which is checked after the threads.
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
