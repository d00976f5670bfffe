//! The supervisor is hard to kill: only what asks it to end does so, what it says neither ends nor
//! holds it, and a body that cannot be forked is one more failure.

use std::ffi::OsString;
use std::io::Write;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant, SystemTime};
use std::{fs, io};

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::libc;
use nix::sys::resource::Resource;
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::WaitStatus;
use nix::unistd::geteuid;
use tests::bot::{Bot, begin};
use tests::condition::Condition;
use tests::daemon::Daemon;
use tests::lock::Gate;
use tests::need::{self, Need};
use tests::process::Process;
use tests::{bot, wait};

fn supervised(words: &[&str]) -> Bot {
    let bot = bot!["chdir=false", "redirect=out.log"];
    bot.words(words.iter().map(Into::into))
}

#[track_caller]
fn body_of(supervisor: &Daemon) -> Process {
    wait::for_some("a body", || supervisor.process.children().pop())
}

/// Sends a signal that need not have a name.
fn send(supervisor: &Daemon, number: i32) {
    // SAFETY: the supervisor was not reaped yet, and is one process.
    let sent = unsafe { libc::kill(supervisor.pid(), number) };
    assert_eq!(sent, 0, "signal {number}: {}", io::Error::last_os_error());
}

#[test]
fn no_signal_but_a_request_ends_the_supervisor() {
    let requests = [Signal::SIGTERM, Signal::SIGINT, Signal::SIGQUIT];
    let irresistible = [Signal::SIGKILL, Signal::SIGSTOP];
    // These reach the body, which has a handler for the last of them alone.
    let passed_on = [Signal::SIGHUP, Signal::SIGUSR1, Signal::SIGUSR2, Signal::SIGWINCH];
    let others = requests.into_iter().chain(irresistible).chain(passed_on);
    let others: Vec<_> = others.map(|signal| signal as i32).collect();
    let bot = supervised(&["restart=always", "hear"]);
    let supervisor = bot.start_and_await("out.log", "listening\n");
    let body = body_of(&supervisor);
    for number in (1..=libc::SIGRTMAX()).filter(|number| !others.contains(number)) {
        send(&supervisor, number);
    }
    supervisor.signal(Signal::SIGWINCH);
    bot.await_in("out.log", "SIGWINCH\n");
    assert_eq!(supervisor.process.children(), [body]);
    assert_eq!(bot.read("out.log"), "listening\nSIGWINCH\n");
    let pid = supervisor.process.0;
    supervisor.signal(Signal::SIGTERM);
    assert_eq!(supervisor.end(), WaitStatus::Exited(pid, 0));
    bot.await_no_trace();
}

#[test]
fn a_log_that_may_not_grow_does_not_end_the_supervisor() {
    const FULL: usize = 4096;
    let bot = supervised(&["restart-quickly=3", "await-in-body=gate", "exit=7"]);
    let bot = bot.under(Condition::Limited(Resource::RLIMIT_FSIZE, FULL as u64));
    fs::write(bot.file("out.log"), vec![b'x'; FULL]).expect("a full log");
    let gate = Gate::closed(&bot.file("gate"));
    let supervisor = bot.start();
    gate.open();
    let pid = supervisor.process.0;
    assert_eq!(supervisor.end(), WaitStatus::Exited(pid, 7));
    assert_eq!(bot.read("out.log").len(), FULL);
    bot.await_no_trace();
}

/// A pipe in which there is no room, and its reader.
fn full_pipe() -> (io::PipeReader, OwnedFd) {
    let (reader, mut writer) = io::pipe().expect("a pipe");
    fcntl(&writer, FcntlArg::F_SETFL(OFlag::O_NONBLOCK)).expect("flags");
    while writer.write(&[b'x'; 4096]).is_ok() {}
    fcntl(&writer, FcntlArg::F_SETFL(OFlag::empty())).expect("flags");
    (reader, writer.into())
}

#[test]
fn a_log_that_nobody_reads_does_not_hold_the_supervisor() {
    for is_read_at_all in [true, false] {
        let bot = bot!["chdir=false", "close_fd=false", "restart-quickly=3", "await-in-body=gate"];
        let bot = bot.words(["exit=7".into()]);
        let gate = Gate::closed(&bot.file("gate"));
        let (reader, writer) = full_pipe();
        let mut command = bot.command();
        command.stdout(Stdio::null());
        command.stderr(Stdio::from(writer.try_clone().expect("a descriptor")));
        let reader = is_read_at_all.then_some(reader);
        assert!(begin(command).finish().status.success());
        let supervisor = bot.daemon();
        gate.open();
        let pid = supervisor.process.0;
        assert_eq!(supervisor.end(), WaitStatus::Exited(pid, 7));
        drop(reader);
        let flags = fcntl(writer.as_fd(), FcntlArg::F_GETFL).expect("flags");
        assert!(!OFlag::from_bits_retain(flags).contains(OFlag::O_NONBLOCK), "for all who write");
    }
}

#[test]
fn each_line_has_its_time() {
    let bot = supervised(&["restart-quickly=2", "await-in-body=gate", "exit=7"]);
    let gate = Gate::closed(&bot.file("gate"));
    let supervisor = bot.start();
    let before = SystemTime::now();
    gate.open();
    let _end = supervisor.end();
    let log = bot.read("out.log");
    let times: Vec<_> = log
        .lines()
        .map(|line| line.split_once(" builder: ").expect("a time and a name").0)
        .collect();
    assert_eq!(times.len(), 2, "{log}");
    let seconds = before.duration_since(SystemTime::UNIX_EPOCH).expect("it is later").as_secs();
    // Enough to see that it is today's time of day, in hours and minutes.
    let possible: Vec<_> = (seconds..seconds + 60)
        .map(|second| {
            format!("T{:02}:{:02}:{:02}Z", second / 3600 % 24, second / 60 % 60, second % 60)
        })
        .collect();
    for time in times {
        assert_eq!(time.len(), "2026-11-22T17:24:02Z".len(), "{time}");
        assert!(possible.iter().any(|possible| time.ends_with(possible)), "{time}");
    }
}

/// Users without accounts and other processes: another for each run, since processes are counted by
/// user.
fn fresh_user() -> u32 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    1_000_000 + 10 * std::process::id() + NEXT.fetch_add(1, Ordering::Relaxed)
}

fn words_of(user: u32) -> [OsString; 2] {
    ["uid", "gid"].map(|word| format!("{word}={user}").into())
}

/// A supervisor whose user is fresh where it can be, since root may have any number of processes.
struct Forkless {
    bot: Bot,
    user: Option<u32>,
}

impl Forkless {
    fn new(plan: &str) -> Self {
        let bot = supervised(&[plan, "sleep"]);
        if geteuid().is_root() {
            let user = fresh_user();
            Self { bot: bot.words(words_of(user)), user: Some(user) }
        } else {
            Self { bot, user: None }
        }
    }

    /// Sets how many processes the user of a process may have for it to fork, but not for good.
    fn limit_processes(&self, of: &Daemon, limit: &str) {
        let mut command = Command::new("prlimit");
        command.args(["--pid", &of.pid().to_string(), &format!("--nproc={limit}:")]);
        if let Some(user) = self.user {
            command.uid(user).gid(user);
        }
        let status = command.status().expect("`prlimit` can be executed");
        assert!(status.success(), "{status}");
    }
}

fn prlimit() -> Need {
    need::command("prlimit", &["prlimit", "--version"])
}

#[test(needs = prlimit)]
fn a_body_that_cannot_be_forked_is_called_so() {
    let forkless = Forkless::new("restart-plan=20 20 1000");
    let bot = &forkless.bot;
    let supervisor = bot.start();
    let first = body_of(&supervisor);
    forkless.limit_processes(&supervisor, "0");
    kill(first.0, Signal::SIGKILL).expect("it runs");
    let reason = io::Error::from(Errno::EAGAIN);
    bot.await_in("out.log", &format!("s: cannot fork: {reason}\n"));
    assert_eq!(supervisor.process.children(), []);
    forkless.limit_processes(&supervisor, "1000");
    let second = body_of(&supervisor);
    assert!(second != first && second.is_alive());
    let log = bot.read("out.log");
    assert!(log.lines().all(|line| !line.contains("exit code")), "{log}");
}

#[test(needs = prlimit)]
fn given_up_because_it_cannot_fork_it_says_so() {
    let forkless = Forkless::new("restart-plan=20 20 3");
    let bot = &forkless.bot;
    let supervisor = bot.start();
    let first = body_of(&supervisor);
    forkless.limit_processes(&supervisor, "0");
    kill(first.0, Signal::SIGKILL).expect("it runs");
    let pid = supervisor.process.0;
    assert_eq!(supervisor.end(), WaitStatus::Exited(pid, 71));
    let last = format!(
        "Z builder: giving up after 3 failures in 300 s; last cannot fork: {}\n",
        io::Error::from(Errno::EAGAIN)
    );
    assert!(bot.read("out.log").ends_with(&last), "{}", bot.read("out.log"));
}

#[test(needs = need::root)]
fn a_first_body_that_cannot_be_forked_is_a_failed_start() {
    // The session leader and the supervisor.
    let bot = supervised(&["restart-quickly=3", "wait_ready=true", "ready", "sleep"]);
    let bot = bot.words(words_of(fresh_user()));
    let line = bot.under(Condition::Limited(Resource::RLIMIT_NPROC, 2)).refused(71);
    let reason = io::Error::from(Errno::EAGAIN);
    assert_eq!(line, format!("builder: cannot fork: {reason}"));
}

#[test]
fn every_body_has_the_programs_own_handler_of_children() {
    for wait in [&[][..], &["wait"]] {
        let bot = Bot::new(env!("CARGO_BIN_EXE_dispositions"))
            .words([&["handle", "supervise"], wait].concat().into_iter().map(Into::into));
        let supervisor = bot.start();
        let as_they_were = |bodies: usize| {
            wait::until("what the bodies say", || {
                bot.read("out.log").matches("done").count() == bodies
            });
            bot.read("out.log").matches("SIGCHLD as it was\n").count() == bodies
        };
        assert!(as_they_were(1), "{}", bot.read("out.log"));
        kill(body_of(&supervisor).0, Signal::SIGKILL).expect("it runs");
        assert!(as_they_were(2), "{}", bot.read("out.log"));
    }
}

#[test]
fn requests_are_obeyed_in_every_moment() {
    // As many moments as there are between a body and the next one.
    for delay in 0..20 {
        let bot = supervised(&["restart-plan=1 1 100000", "exit=1"]);
        let supervisor = bot.start();
        std::thread::sleep(Duration::from_millis(delay));
        let pid = supervisor.process.0;
        let asked = Instant::now();
        supervisor.signal(Signal::SIGTERM);
        assert_eq!(supervisor.end(), WaitStatus::Exited(pid, 0));
        assert!(asked.elapsed() < Duration::from_secs(10));
        assert_eq!(bot.processes(), []);
        bot.await_no_trace();
    }
}
