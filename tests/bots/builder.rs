//! A bot whose options and body come from its command line. Most tests use it.
//!
//! A word is `key=value` or `key`. It sets an option of the builder, names an action before the
//! start, or adds a step to the body. Steps run in the order of the words.

mod filter;
#[path = "builder/service.rs"]
mod service;
#[path = "builder/signal_stack.rs"]
mod signal_stack;

use std::error::Error;
use std::ffi::{CString, OsStr, OsString};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::fd::{FromRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::UnixListener;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{self, Command};
use std::time::Duration;
use std::{env, mem, thread};

use daemonize_runtime::control::{self, Stop, Stopped};
use daemonize_runtime::{Daemon, Restart, Side, is_daemon, ready};
use nix::libc;
use nix::sys::prctl;
use nix::sys::signal::{SigSet, Signal};
use nix::sys::wait::waitpid;
use nix::unistd::{ForkResult, dup, fork, setsid};

/// Longer than any test. If a test run is killed, the bot still ends.
const SLEEP: Duration = Duration::from_secs(300);

type Step = Box<dyn FnOnce()>;

fn main() {
    let mut daemon = Daemon::new();
    let mut body = Vec::new();
    let mut returns_to = None;
    for word in env::args_os().skip(1) {
        let (key, value) = split(&word);
        if let Some(step) = body_step(key, value) {
            body.push(step);
        } else if key == "return" {
            returns_to = Some(value.to_owned());
        } else if !prepare(key, value) {
            daemon = configure(daemon, key, value);
        }
    }
    match returns_to {
        None => daemon.start_or_exit(),
        Some(gate) if gate.is_empty() => start_and_leave(daemon),
        Some(gate) => start_and_return(daemon, &gate),
    }
    for step in body {
        step();
    }
}

/// Goes on in the launcher, too. It records the daemon's PID and stays until the test opens the
/// gate.
fn start_and_return(daemon: Daemon, gate: &OsStr) {
    match daemon.start_and_return() {
        Err(error) => {
            println!("{error}");
            process::exit(1)
        }
        Ok(Side::Launcher { daemon }) => {
            fs::write("launcher", format!("{daemon}\n")).expect("a note");
            pass(gate);
            process::exit(0)
        }
        Ok(Side::Daemon) => {}
    }
}

/// Goes on in the launcher, too, and exits there at once, as `start_or_exit` does.
fn start_and_leave(daemon: Daemon) {
    match daemon.start_and_return() {
        Err(error) => {
            let reason = error.source().map(|reason| format!(": {reason}")).unwrap_or_default();
            // If standard error is closed, the exit code is enough.
            let _ = io::stderr().write_all(format!("builder: {error}{reason}\n").as_bytes());
            process::exit(error.exit_code().into())
        }
        Ok(Side::Launcher { .. }) => process::exit(0),
        Ok(Side::Daemon) => {}
    }
}

/// A descriptor that the test has passed to the bot.
fn given(number: &str) -> OwnedFd {
    // SAFETY: the test has passed this descriptor to the bot, and nothing else in the bot owns it.
    unsafe { OwnedFd::from_raw_fd(number.parse().expect("a number")) }
}

fn split(word: &OsStr) -> (&str, &OsStr) {
    let bytes = word.as_bytes();
    let end = bytes.iter().position(|&byte| byte == b'=').unwrap_or(bytes.len());
    let key = str::from_utf8(&bytes[..end]).expect("keys are ASCII");
    (key, OsStr::from_bytes(bytes.get(end + 1..).unwrap_or_default()))
}

fn configure(daemon: Daemon, key: &str, value: &OsStr) -> Daemon {
    let text = value.to_str().unwrap_or_default();
    let switch = text.parse::<bool>().ok();
    match (key, switch) {
        ("redirect", _) => daemon.redirect(value),
        ("redirect-open", _) => daemon.redirect(File::create(value).expect("the file is made")),
        ("stdout-pipe", _) => daemon.stdout(File::options().write(true).open(value).ok()),
        ("stdout-kept", _) => daemon.stdout(dup(io::stdout()).expect("a duplicate")),
        ("stderr-given", _) => daemon.stderr(given(text)),
        ("stdin", _) => daemon.stdin(value),
        ("stdout", _) => daemon.stdout(value),
        ("stderr", _) => daemon.stderr(value),
        ("chroot", _) => daemon.chroot(value),
        ("chdir", None) => daemon.chdir(value),
        ("pid_file", None) => daemon.pid_file(value),
        ("umask", _) => daemon.umask(u32::from_str_radix(text, 8).expect("an octal number")),
        ("user", _) => daemon.user(text),
        ("uid", _) => daemon.user(text.parse::<u32>().expect("an id")),
        ("group", _) => daemon.group(text),
        ("gid", _) => daemon.group(text.parse::<u32>().expect("an id")),
        ("wait_ready", None) => daemon.wait_ready(seconds(text)),
        ("stop_timeout", _) => daemon.stop_timeout(seconds(text)),
        ("stop_signal", _) => daemon.stop_signal(text),
        ("restart", _) => daemon.restart(text),
        ("restart-plan", _) => daemon.restart(plan(text)),
        ("restart-quickly", _) => daemon.restart(plan(&format!("10 10 {text}"))),
        (_, Some(switch)) => configure_switch(daemon, key, switch),
        _ => panic!("unknown word: {key}"),
    }
}

fn configure_switch(daemon: Daemon, key: &str, switch: bool) -> Daemon {
    match key {
        "close_fd" => daemon.close_fd(switch),
        "chdir" => daemon.chdir(switch),
        "pid_file" => daemon.pid_file(switch),
        "close_inherited" => daemon.close_inherited(switch),
        "when" => daemon.when(switch),
        "wait_ready" => daemon.wait_ready(switch),
        "reopen" => daemon.reopen(switch),
        "create_dirs" => daemon.create_dirs(switch),
        _ => panic!("unknown word: {key}"),
    }
}

/// A number of seconds, `inf` included.
fn seconds(text: &str) -> f64 {
    text.parse().expect("a number of seconds")
}

/// A restart plan with short delays: the first and the longest delay in milliseconds, and the
/// number of failures after which the supervisor gives up.
fn plan(numbers: &str) -> Restart {
    let numbers: Vec<u32> =
        numbers.split(' ').map(|number| number.parse().expect("a number")).collect();
    let [first, longest, most] = numbers[..] else { panic!("not three numbers: {numbers:?}") };
    let delay = |milliseconds: u32| Duration::from_millis(milliseconds.into());
    let plan = Restart::on_failure().first_delay(delay(first)).longest_delay(delay(longest));
    plan.give_up(most, SLEEP)
}

/// Runs an action that comes before the start. Returns whether the word names one.
fn prepare(key: &str, value: &OsStr) -> bool {
    match key {
        "await" => pass(value),
        // As in a program that can go on without a daemon.
        "fail-first" => drop(Daemon::new().chdir(value).start().expect_err("no such directory")),
        "early" => print!("{}", value.display()),
        "early-c" => print_by_c(value),
        "keep-capabilities" => prctl::set_keepcaps(true).expect("any process may"),
        "no-handles" => filter::forbid(libc::SYS_pidfd_open).expect("everybody may"),
        "stop" => {
            let stopped = control::stop(value, Stop::default());
            process::exit(i32::from(!matches!(stopped, Ok(Stopped::Ended(_)))))
        }
        "open" => mem::forget(File::open(value).expect("the file opens")),
        "small-signal-stack" => signal_stack::install(),
        "thread" => drop(thread::spawn(|| thread::sleep(SLEEP))),
        _ => return service::prepare(key, value),
    }
    true
}

fn body_step(key: &str, value: &OsStr) -> Option<Step> {
    let value = value.to_owned();
    Some(match key {
        "accept" => Box::new(accept),
        "alone" => Box::new(move || be_alone(&value)),
        "abort" => Box::new(|| process::abort()),
        "exit" => Box::new(move || {
            process::exit(value.to_str().and_then(|code| code.parse().ok()).expect("a code"))
        }),
        "await-in-body" => Box::new(move || pass(&value)),
        "block" => Box::new(move || block(&value)),
        "fork" => Box::new(|| fork_and_exit(|| ())),
        "fork-and-sleep" => Box::new(move || fork_and_sleep(&value)),
        "fork-and-leave" => Box::new(fork_and_leave),
        "hear" => Box::new(hear),
        "note" => Box::new(move || note(value)),
        "panic" => Box::new(move || panic!("{}", value.display())),
        "print" => Box::new(move || println!("{}", value.display())),
        "print-c" => Box::new(move || print_by_c(&value)),
        "print-error" => Box::new(move || eprintln!("{}", value.display())),
        "print-unfinished" => Box::new(move || print!("{}", value.display())),
        "print-is-daemon" => Box::new(|| println!("{}", is_daemon())),
        "ready" => Box::new(ready),
        "ready-in-child" => Box::new(|| fork_and_exit(ready)),
        "ready-in-thread" => {
            Box::new(|| thread::spawn(ready).join().expect("the thread has no reason to panic"))
        }
        "exec" => Box::new(move || panic!("{}", shell(&value).exec())),
        "run" => Box::new(move || run(&value)),
        "run-and-wait-late" => Box::new(move || run_and_wait_late(&value)),
        "sleep" => Box::new(|| thread::sleep(SLEEP)),
        "start-again" => Box::new(start_again),
        "start-in-child" => Box::new(move || start_in_child(&value)),
        "spawn" => Box::new(move || drop(shell(&value).spawn().expect("a shell"))),
        "touch-terminal" => Box::new(move || touch_terminal(&value)),
        _ => return service::step(key, &value),
    })
}

/// Waits until the test opens the gate.
fn pass(gate: &OsStr) {
    File::open(gate).and_then(|gate| gate.lock_shared()).expect("the gate opens");
}

/// Prints without a newline and through C's buffer.
fn print_by_c(text: &OsStr) {
    let text = CString::new(text.as_bytes()).expect("no NUL");
    // SAFETY: both strings end with NUL, and the format takes one string.
    unsafe { libc::printf(c"%s".as_ptr(), text.as_ptr()) };
}

/// Appends a line with the PID of this process.
fn note(path: OsString) {
    let file = OpenOptions::new().create(true).append(true).open(PathBuf::from(path));
    writeln!(file.expect("the note opens"), "{}", process::id()).expect("the note is written");
}

/// Accepts one connection on the first socket that a manager has passed, and sends the value of
/// `LISTEN_PID`.
fn accept() {
    let names = env::var("LISTEN_PID").expect("a manager passes sockets");
    // SAFETY: the manager has passed this descriptor to the program, and nothing else owns it.
    let socket = unsafe { UnixListener::from_raw_fd(3) };
    let (mut connection, _) = socket.accept().expect("a connection");
    writeln!(connection, "{names}").expect("the test reads");
}

/// Holds a lock for a moment, and panics if another process holds it.
fn be_alone(path: &OsStr) {
    let file = File::create(path).expect("a file");
    file.try_lock().expect("no other process holds the lock");
    thread::sleep(Duration::from_millis(5));
}

/// Forks a child that does something and then exits as at the end of the program.
fn fork_and_exit(task: impl FnOnce()) {
    // SAFETY: the bot has one thread.
    match unsafe { fork() }.expect("a child") {
        ForkResult::Child => {
            task();
            process::exit(0)
        }
        ForkResult::Parent { child } => drop(waitpid(child, None).expect("its end")),
    }
}

/// Forks a child that holds what the bot holds and sleeps for this many milliseconds.
fn fork_and_sleep(milliseconds: &OsStr) {
    let milliseconds =
        milliseconds.to_str().and_then(|number| number.parse().ok()).expect("a number");
    // SAFETY: the bot has one thread.
    if let ForkResult::Child = unsafe { fork() }.expect("a child") {
        thread::sleep(Duration::from_millis(milliseconds));
        process::exit(0);
    }
}

/// Forks a child that holds what the bot holds and sleeps in a new session.
fn fork_and_leave() {
    // SAFETY: the bot has one thread.
    if let ForkResult::Child = unsafe { fork() }.expect("a child") {
        setsid().expect("a session");
        thread::sleep(SLEEP);
        process::exit(0);
    }
}

/// Prints why a process cannot start twice.
fn start_again() {
    let error = Daemon::new().pid_file("again.pid").start().expect_err("it has started");
    println!("{error}");
}

/// Forks a child that starts another daemon, which sleeps.
fn start_in_child(pid_file: &OsStr) {
    // SAFETY: the bot has one thread.
    match unsafe { fork() }.expect("a child") {
        ForkResult::Child => {
            Daemon::new().pid_file(pid_file).chdir(false).start_or_exit();
            thread::sleep(SLEEP);
        }
        ForkResult::Parent { child } => {
            let end = waitpid(child, None).expect("its end");
            println!("{end:?}");
        }
    }
}

fn shell(script: &OsStr) -> Command {
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(script);
    shell
}

/// Runs a shell script that must succeed.
fn run(script: &OsStr) {
    let status = shell(script).status().expect("a shell");
    assert!(status.success(), "{status}");
}

/// Runs a shell script and waits for it long after it has ended.
fn run_and_wait_late(script: &OsStr) {
    let mut child = shell(script).spawn().expect("a shell");
    thread::sleep(Duration::from_millis(2500));
    let status = child.wait().expect("no other process has reaped the child");
    assert!(status.success(), "{status}");
}

/// Blocks a signal. It then stays pending.
fn block(signal: &OsStr) {
    let signal: Signal = signal.to_str().and_then(|name| name.parse().ok()).expect("a signal");
    SigSet::from(signal).thread_block().expect("a mask");
}

/// Prints the name of each signal that a supervisor forwards.
fn hear() {
    let signals: SigSet =
        [Signal::SIGHUP, Signal::SIGUSR1, Signal::SIGUSR2, Signal::SIGWINCH].into_iter().collect();
    signals.thread_block().expect("a mask");
    println!("listening");
    loop {
        println!("{}", signals.wait().expect("a signal"));
    }
}

/// Opens a terminal without `O_NOCTTY` and keeps it open. A session leader would get it as its
/// controlling terminal.
fn touch_terminal(path: &OsStr) {
    let terminal = OpenOptions::new().read(true).write(true).open(path);
    mem::forget(terminal.expect("the terminal opens"));
}
