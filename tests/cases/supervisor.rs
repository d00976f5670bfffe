//! The robustness of the supervisor: only a stop request ends it, a log that cannot be written
//! neither ends nor blocks it, and a fork that fails counts as a failure of the body.

use std::ffi::OsString;
use std::io::Write;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant, SystemTime};
use std::{fs, io};

use daemonize_runtime::control::{Status, status};
use nix::errno::Errno;
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::libc;
use nix::sys::resource::Resource;
use nix::sys::signal::{Signal, kill};
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
    wait::for_some("a body to run", || supervisor.process.children().pop())
}

/// Sends a signal by its number: realtime signals have no names.
fn send(supervisor: &Daemon, number: i32) {
    // SAFETY: the call touches no memory. The supervisor has not been reaped, so no other process
    // has its PID.
    let sent = unsafe { libc::kill(supervisor.pid(), number) };
    assert_eq!(sent, 0, "signal {number}: {}", io::Error::last_os_error());
}

#[test]
fn only_a_stop_request_ends_the_supervisor() {
    let requests = [Signal::SIGTERM, Signal::SIGINT, Signal::SIGQUIT];
    let unstoppable = [Signal::SIGKILL, Signal::SIGSTOP];
    // These are passed on to the body, which handles only the last of them.
    let passed_on = [Signal::SIGHUP, Signal::SIGUSR1, Signal::SIGUSR2, Signal::SIGWINCH];
    let others = requests.into_iter().chain(unstoppable).chain(passed_on);
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
    supervisor.signal(Signal::SIGTERM);
    supervisor.assert_exits(0);
    bot.await_no_trace();
}

#[test]
fn a_log_at_its_size_limit_does_not_end_the_supervisor() {
    const FULL: usize = 4096;
    let bot = supervised(&["restart-quickly=3", "await-in-body=gate", "exit=7"]);
    let bot = bot.under(Condition::Limited(Resource::RLIMIT_FSIZE, FULL as u64));
    fs::write(bot.file("out.log"), vec![b'x'; FULL]).expect("a full log");
    let gate = Gate::closed(&bot.file("gate"));
    let supervisor = bot.start();
    gate.open();
    supervisor.assert_exits(7);
    assert_eq!(bot.read("out.log").len(), FULL);
    bot.await_no_trace();
}

/// The ends of a full pipe.
fn full_pipe() -> (io::PipeReader, OwnedFd) {
    let (reader, mut writer) = io::pipe().expect("a pipe");
    fcntl(&writer, FcntlArg::F_SETFL(OFlag::O_NONBLOCK)).expect("flags");
    while writer.write(&[b'x'; 4096]).is_ok() {}
    fcntl(&writer, FcntlArg::F_SETFL(OFlag::empty())).expect("flags");
    (reader, writer.into())
}

#[test]
fn a_full_pipe_as_log_does_not_block_the_supervisor() {
    for has_reader in [true, false] {
        let bot = bot!["chdir=false", "close_fd=false", "restart-quickly=3", "await-in-body=gate"];
        let bot = bot.words(["exit=7".into()]);
        let gate = Gate::closed(&bot.file("gate"));
        let (reader, writer) = full_pipe();
        let mut command = bot.command();
        command.stdout(Stdio::null());
        command.stderr(Stdio::from(writer.try_clone().expect("a descriptor")));
        let reader = has_reader.then_some(reader);
        assert!(begin(command).finish().status.success());
        let supervisor = bot.daemon();
        gate.open();
        supervisor.assert_exits(7);
        drop(reader);
        let flags = fcntl(writer.as_fd(), FcntlArg::F_GETFL).expect("flags");
        assert!(
            !OFlag::from_bits_retain(flags).contains(OFlag::O_NONBLOCK),
            "the flag would hold for all writers"
        );
    }
}

#[test]
fn each_line_of_the_supervisor_has_its_time() {
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
    let seconds =
        before.duration_since(SystemTime::UNIX_EPOCH).expect("the clock is right").as_secs();
    // The time of day within the next minute; the date is not compared.
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

/// A user without an account and without processes. Each test has another one, since the kernel
/// counts processes by user.
fn fresh_user() -> u32 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    1_000_000 + 10 * std::process::id() + NEXT.fetch_add(1, Ordering::Relaxed)
}

fn words_of(user: u32) -> [OsString; 2] {
    ["uid", "gid"].map(|word| format!("{word}={user}").into())
}

/// A supervised bot whose process limit can be set. Under root it drops its privileges to a fresh
/// user, since the limit does not hold for root.
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

    /// Sets the soft process limit of a process.
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
fn a_failed_fork_is_the_reason_of_the_restart() {
    let forkless = Forkless::new("restart-plan=20 20 1000");
    let bot = &forkless.bot;
    let supervisor = bot.start();
    let first = body_of(&supervisor);
    forkless.limit_processes(&supervisor, "0");
    kill(first.0, Signal::SIGKILL).expect("the body runs");
    let reason = io::Error::from(Errno::EAGAIN);
    bot.await_in("out.log", &format!("s: cannot fork: {reason}\n"));
    assert_eq!(supervisor.process.children(), []);
    forkless.limit_processes(&supervisor, "1000");
    let second = body_of(&supervisor);
    assert!(second != first && second.is_alive());
    let log = bot.read("out.log");
    assert!(log.lines().all(|line| !line.contains("exit code")), "{log}");
    let restarts = wait::for_some("what is known of the body", || match status(bot.pid_file()) {
        Status::Running { supervision: Some(told), .. } => Some(told.restarts),
        _ => None,
    });
    assert_eq!(restarts, 1, "what could not be forked was not started");
}

#[test(needs = prlimit)]
fn giving_up_after_failed_forks_names_the_fork() {
    let forkless = Forkless::new("restart-plan=20 20 3");
    let bot = &forkless.bot;
    let supervisor = bot.start();
    let first = body_of(&supervisor);
    forkless.limit_processes(&supervisor, "0");
    kill(first.0, Signal::SIGKILL).expect("the body runs");
    supervisor.assert_exits(71);
    let last = format!(
        "Z builder: giving up after 3 failures in 300 s; last cannot fork: {}\n",
        io::Error::from(Errno::EAGAIN)
    );
    assert!(bot.read("out.log").ends_with(&last), "{}", bot.read("out.log"));
}

#[test(needs = need::root)]
fn a_start_fails_when_the_first_body_cannot_be_forked() {
    // The limit leaves room for the session leader and the supervisor.
    let bot = supervised(&["restart-quickly=3", "wait_ready=true", "ready", "sleep"]);
    let bot = bot.words(words_of(fresh_user()));
    let line = bot.under(Condition::Limited(Resource::RLIMIT_NPROC, 2)).refused(71);
    let reason = io::Error::from(Errno::EAGAIN);
    assert_eq!(line, format!("builder: cannot fork: {reason}"));
}

#[test]
fn every_body_has_the_programs_own_sigchld_handler() {
    for wait in [&[][..], &["wait"]] {
        let bot = Bot::new(env!("CARGO_BIN_EXE_dispositions"))
            .words([&["handle", "supervise"], wait].concat().into_iter().map(Into::into));
        let supervisor = bot.start();
        let as_they_were = |bodies: usize| {
            wait::until("the bodies' reports", || {
                bot.read("out.log").matches("done").count() == bodies
            });
            bot.read("out.log").matches("SIGCHLD as it was\n").count() == bodies
        };
        assert!(as_they_were(1), "{}", bot.read("out.log"));
        kill(body_of(&supervisor).0, Signal::SIGKILL).expect("the body runs");
        assert!(as_they_were(2), "{}", bot.read("out.log"));
    }
}

#[test]
fn a_stop_request_is_obeyed_at_every_moment() {
    // Bodies and delays of 1 ms alternate, so these times hit all moments.
    for delay in 0..20 {
        let bot = supervised(&["restart-plan=1 1 100000", "exit=1"]);
        let supervisor = bot.start();
        std::thread::sleep(Duration::from_millis(delay));
        let asked = Instant::now();
        supervisor.signal(Signal::SIGTERM);
        supervisor.assert_exits(0);
        assert!(asked.elapsed() < Duration::from_secs(10));
        assert_eq!(bot.processes(), []);
        bot.await_no_trace();
    }
}
