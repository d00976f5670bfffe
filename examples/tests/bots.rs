//! The examples do what the README says. Each is started and used, refuses a second start, and is
//! stopped.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::os::fd::AsRawFd;
use std::os::unix::fs::{OpenOptionsExt, symlink};
use std::path::Path;
use std::process::{self, Command};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use nix::fcntl::{FcntlArg, SealFlag, fcntl};
use nix::libc;
use nix::sys::memfd::{MFdFlags, memfd_create};
use nix::sys::resource::Resource;
use nix::sys::signal::{Signal, kill};
use nix::sys::stat::Mode;
use nix::unistd::mkfifo;
use serde_json::{Value, json};
use tests::bot::{Bot, begin};
use tests::condition::Condition;
use tests::launch::Launch;
use tests::manager::Manager;
use tests::wait;

const README: &str = include_str!("../../README.md");

/// The lines of the README's code blocks that begin with this command.
fn fenced_lines(command: &str) -> Vec<&'static str> {
    let blocks = README.split("```").skip(1).step_by(2);
    blocks.flat_map(str::lines).filter(|line| line.starts_with(command)).collect()
}

#[test]
fn the_readme_runs_an_example_that_exists() {
    let [command] = fenced_lines("cargo run")[..] else {
        panic!("{:?}", fenced_lines("cargo run"))
    };
    let (_, example) = command.split_once("--example ").expect("an example");
    assert!(
        Path::new(env!("CARGO_BIN_EXE_heartbeat")).ends_with(example),
        "{example} is not tested here"
    );
    assert!(
        README.contains(&format!("{example}.log")) && README.contains(&format!("{example}.pid"))
    );
}

#[test]
fn the_readme_has_one_test_command() {
    assert_eq!(fenced_lines("cargo test").len(), 1);
}

fn tell(bot: &Bot, words: &[&str]) -> Launch {
    let mut command = bot.command();
    command.args(words);
    begin(command).finish()
}

/// The port that a bot names in its first line.
fn port_in(said: &str) -> Option<u16> {
    let (line, _) = said.split_once('\n')?;
    line.strip_prefix("listening on 127.0.0.1:")?.parse().ok()
}

/// The port that a bot names in the first line of its log.
#[track_caller]
fn port_in_log(bot: &Bot, name: &str) -> u16 {
    let log = bot.file(name);
    wait::for_some("a line that names the port", || port_in(&fs::read_to_string(&log).ok()?))
}

/// Waits until a log, which may not exist yet, contains this text.
#[track_caller]
fn await_in_log(bot: &Bot, name: &str, text: &str) {
    let log = bot.file(name);
    wait::until(&format!("{text:?} in {name}"), || {
        fs::read_to_string(&log).is_ok_and(|log| log.contains(text))
    });
}

/// A client that talks to a bot line by line.
struct Guest(BufReader<TcpStream>);

impl Guest {
    #[track_caller]
    fn of(port: u16) -> Self {
        let connection = TcpStream::connect(("127.0.0.1", port)).expect("the bot listens");
        connection.set_read_timeout(Some(wait::PATIENCE)).expect("a time limit");
        Self(BufReader::new(connection))
    }

    fn name(&self) -> SocketAddr {
        self.0.get_ref().local_addr().expect("a connection has two ends")
    }

    #[track_caller]
    fn say(&mut self, line: &str) {
        self.0.get_mut().write_all(line.as_bytes()).expect("the bot reads");
    }

    #[track_caller]
    fn hear(&mut self) -> String {
        let mut line = String::new();
        self.0.read_line(&mut line).expect("a line");
        line
    }
}

/// The answer to a line of the bot on this port.
#[track_caller]
fn ask(port: u16, line: &str) -> String {
    let mut guest = Guest::of(port);
    guest.say(line);
    guest.hear()
}

#[test]
fn heartbeat_logs_until_it_is_stopped() {
    let bot = Bot::new(env!("CARGO_BIN_EXE_heartbeat"));
    let daemon = bot.start();
    // On a busy machine there may be more beats before a look, and a beat may be late.
    wait::until("two beats", || bot.read("heartbeat.log").matches('\n').count() >= 2);
    let log = bot.read("heartbeat.log");
    let beat =
        |line: &str| line.strip_prefix("alive for ")?.strip_suffix(" s")?.parse::<u32>().ok();
    let [first, second] = [0, 1].map(|number| log.lines().nth(number).and_then(beat));
    assert!(first.is_some() && first < second, "{log}");
    let line = bot.launch().refusal("heartbeat", 75);
    assert_eq!(
        line,
        format!(
            "heartbeat: cannot start: already running with PID {} (heartbeat.pid)",
            daemon.pid()
        )
    );
    daemon.signal(Signal::SIGTERM);
    let _end = daemon.end();
    let _next = bot.start();
}

#[test]
fn pingbot_answers_and_does_not_share_an_address_or_a_directory() {
    let bot = Bot::new(env!("CARGO_BIN_EXE_pingbot"));
    tell(&bot, &["127.0.0.1:0"]).assert_silent_success();
    let daemon = bot.daemon();
    let port = port_in_log(&bot, "pingbot.log");
    assert_eq!(ask(port, "hello\n"), "pong hello\n");
    await_in_log(&bot, "pingbot.log", "says \"hello\"\n");
    let elsewhere = Bot::new(env!("CARGO_BIN_EXE_pingbot"));
    let on_the_same_address = tell(&elsewhere, &[&format!("127.0.0.1:{port}")]);
    assert_eq!(on_the_same_address.status.code(), Some(1));
    assert!(on_the_same_address.stderr.contains("AddrInUse"), "{on_the_same_address:?}");
    let _line = tell(&bot, &["127.0.0.1:0"]).refusal("pingbot", 75);
    daemon.signal(Signal::SIGTERM);
    let _end = daemon.end();
    bot.await_nothing_left();
}

#[test]
fn echobot_answers_commands_and_survives_a_crash() {
    let bot = Bot::new(env!("CARGO_BIN_EXE_echobot"));
    // The bot prints its port before it is ready.
    let launch = tell(&bot, &["--port", "0"]);
    let port = port_in(&launch.stdout).unwrap_or_else(|| panic!("{launch:?}"));
    let supervisor = bot.daemon();
    assert_eq!(ask(port, "hello\n"), "hello\n");
    assert!(
        tell(&bot, &["status"])
            .stdout
            .starts_with(&format!("echobot is running, PID {}", supervisor.pid()))
    );
    // The first start is refused before the bot binds a port, the second after it has bound one.
    for words in [&[][..], &["--port", "0"]] {
        let _line = tell(&bot, words).refusal("echobot", 75);
    }
    assert_eq!(tell(&bot, &["start", "--port", &port.to_string()]).status.code(), Some(0));
    let body = supervisor.process.children().pop().expect("a body");
    kill(body.0, Signal::SIGKILL).expect("it runs");
    wait::until("the crash", || !body.is_alive());
    // The supervisor holds the listening socket, too. A client that connects now waits for the next
    // body.
    assert_eq!(ask(port, "again\n"), "again\n");
    assert!(tell(&bot, &["log"]).stdout.contains("echobot: restarting in 1"));
    assert_eq!(tell(&bot, &["stop"]).stdout, "echobot stopped\n");
    bot.await_nothing_left();
    assert_eq!(tell(&bot, &["status"]).status.code(), Some(3));
}

#[test]
fn echobot_refuses_unknown_arguments_on_the_terminal() {
    let bot = Bot::new(env!("CARGO_BIN_EXE_echobot"));
    let launch = tell(&bot, &["--sport", "0"]);
    assert_eq!(launch.status.code(), Some(64));
    assert!(launch.stderr.starts_with("usage: echobot "), "{launch:?}");
    assert_eq!(bot.processes(), []);
}

#[test]
fn smolbot_passes_lines_to_all_other_guests() {
    let bot = Bot::new(env!("CARGO_BIN_EXE_smolbot"));
    tell(&bot, &["127.0.0.1:0"]).assert_silent_success();
    let daemon = bot.daemon();
    let port = port_in_log(&bot, "smolbot.log");
    let [mut anna, mut bert, mut carl] = [(); 3].map(|()| Guest::of(port));
    for guest in [&anna, &bert, &carl] {
        await_in_log(&bot, "smolbot.log", &format!("{} has come\n", guest.name()));
    }
    anna.say("hello\n");
    let hello = format!("{} says \"hello\"\n", anna.name());
    assert_eq!([bert.hear(), carl.hear()], [&hello[..]; 2]);
    bert.say("welcome\n");
    let welcome = format!("{} says \"welcome\"\n", bert.name());
    // Anna does not hear her own line.
    assert_eq!([anna.hear(), carl.hear()], [&welcome[..]; 2]);
    let gone = format!("{} has gone\n", anna.name());
    drop(anna);
    await_in_log(&bot, "smolbot.log", &gone);
    carl.say("a pity\n");
    assert_eq!(bert.hear(), format!("{} says \"a pity\"\n", carl.name()));
    assert!(bot.read("smolbot.log").contains(&(hello + &welcome)));
    let elsewhere = Bot::new(env!("CARGO_BIN_EXE_smolbot"));
    let on_the_same_address = tell(&elsewhere, &[&format!("127.0.0.1:{port}")]);
    assert_eq!(on_the_same_address.status.code(), Some(1));
    assert!(on_the_same_address.stderr.contains("AddrInUse"), "{on_the_same_address:?}");
    let _line = tell(&bot, &["127.0.0.1:0"]).refusal("smolbot", 75);
    daemon.signal(Signal::SIGTERM);
    let _end = daemon.end();
    bot.await_nothing_left();
}

#[test]
fn smolbot_accepts_guests_again_after_a_crowd_has_left() {
    let bot = Bot::new(env!("CARGO_BIN_EXE_smolbot"))
        .under(Condition::Limited(Resource::RLIMIT_NOFILE, 24));
    tell(&bot, &["127.0.0.1:0"]).assert_silent_success();
    let port = port_in_log(&bot, "smolbot.log");
    let crowd = [(); 30].map(|()| Guest::of(port));
    await_in_log(&bot, "smolbot.log", "(os error 24)");
    drop(crowd);
    let [mut anna, mut bert] = [(); 2].map(|()| Guest::of(port));
    for guest in [&anna, &bert] {
        await_in_log(&bot, "smolbot.log", &format!("{} has come\n", guest.name()));
    }
    anna.say("hello\n");
    assert_eq!(bert.hear(), format!("{} says \"hello\"\n", anna.name()));
}

/// Moves a file into the inbox of a bot, which never sees a part of it.
fn deliver(bot: &Bot, name: &str, text: &str) {
    fs::write(bot.file(name), text).expect("a file");
    fs::rename(bot.file(name), bot.file("inbox").join(name)).expect("an inbox");
}

#[test]
fn tracebot_reopens_its_log() {
    let bot = Bot::new(env!("CARGO_BIN_EXE_tracebot"));
    let without_inbox = bot.launch();
    assert_eq!(without_inbox.status.code(), Some(1));
    assert!(without_inbox.stderr.contains("NotFound"), "{without_inbox:?}");
    fs::create_dir(bot.file("inbox")).expect("an inbox");
    let daemon = bot.start();
    deliver(&bot, "first", "12345");
    await_in_log(&bot, "tracebot.log", "/inbox/first\" length=5\n");
    fs::rename(bot.file("tracebot.log"), bot.file("tracebot.log.1")).expect("the log");
    daemon.signal(Signal::SIGHUP);
    // A file that arrives after the signal is logged to the new file.
    deliver(&bot, "second", "123456");
    await_in_log(&bot, "tracebot.log", "/inbox/second\" length=6\n");
    let logs = [bot.read("tracebot.log.1"), bot.read("tracebot.log")];
    assert_eq!(logs.each_ref().map(|log| log.lines().count()), [2, 1], "{logs:?}");
    for line in logs.iter().flat_map(|log| log.lines()) {
        assert!(line.contains("Z  INFO tracebot: ") && !line.contains('\x1b'), "{line:?}");
    }
    let _line = bot.launch().refusal("tracebot", 75);
    daemon.signal(Signal::SIGTERM);
    let _end = daemon.end();
    bot.await_nothing_left();
}

#[test]
fn tracebot_survives_a_full_disk() {
    let bot = Bot::new(env!("CARGO_BIN_EXE_tracebot"));
    fs::create_dir(bot.file("inbox")).expect("an inbox");
    // A file that cannot grow, as on a full disk. Any user can make one, but filling a disk needs
    // root.
    let full = memfd_create("full", MFdFlags::MFD_ALLOW_SEALING | MFdFlags::MFD_CLOEXEC)
        .expect("a file in memory");
    fcntl(&full, FcntlArg::F_ADD_SEALS(SealFlag::F_SEAL_GROW)).expect("a seal");
    let path = format!("/proc/{}/fd/{}", process::id(), full.as_raw_fd());
    symlink(path, bot.file("tracebot.log")).expect("a link");
    let daemon = bot.start();
    // The bot takes the second file after it has tried to log the first.
    for file in ["first", "second"] {
        deliver(&bot, file, "");
        wait::until("an empty inbox", || !bot.file("inbox").join(file).exists());
    }
    fs::remove_file(bot.file("tracebot.log")).expect("the link");
    daemon.signal(Signal::SIGHUP);
    deliver(&bot, "third", "");
    await_in_log(&bot, "tracebot.log", "/inbox/third\" length=0\n");
}

#[test]
fn watchdog_notifies_the_manager_unless_it_hangs() {
    let bot = Bot::new(env!("CARGO_BIN_EXE_watchdog")).words(["feed".into()]);
    fs::write(bot.file("feed"), "12345").expect("a file");
    let manager = Manager::at_path(&bot);
    let mut command = manager.command(&bot);
    command.env("WATCHDOG_USEC", "20000");
    let _launching = begin(command);
    let said = [(); 5].map(|()| manager.await_message());
    let work = "WATCHDOG=1";
    assert_eq!(said, ["READY=1", "STATUS=feed has 5 bytes", work, work, work]);
    mkfifo(&bot.file("pipe"), Mode::S_IRWXU).expect("a pipe");
    fs::rename(bot.file("pipe"), bot.file("feed")).expect("the feed");
    // This succeeds when the bot has opened the pipe for reading. The bot then waits for data.
    let pipe =
        || OpenOptions::new().write(true).custom_flags(libc::O_NONBLOCK).open(bot.file("feed"));
    let mut feed = wait::for_some("a bot that hangs", || pipe().ok());
    let _before = manager.heard();
    thread::sleep(Duration::from_millis(200));
    assert_eq!(manager.heard(), [""; 0]);
    feed.write_all(b"1234567").expect("the bot reads");
    drop(feed);
    assert_eq!(manager.await_message(), "STATUS=feed has 7 bytes");
    assert_eq!(manager.await_message(), work);
}

#[test]
fn pollbot_answers_each_message_and_survives_a_broken_connection() {
    let service = Service::open();
    let bot = Bot::new(env!("CARGO_BIN_EXE_pollbot"));
    let command = || polling(&bot, &service.url(TOKEN));
    let daemon = bot.start_by(command());
    service.await_poll(0);
    service.happen(&json!({ "message": { "chat": { "id": 7 }, "text": "hello" } }));
    // The bot asks for the next number when it is done with the one before, and waits.
    service.await_poll(101);
    service.conversation().broken = 2;
    service.happen(&json!({ "message": { "chat": { "id": 7 }, "text": "again" } }));
    service.await_poll(102);
    service.happen(&json!({ "message": { "chat": { "id": BLOCKING }, "text": "no" } }));
    service.await_poll(103);
    service.happen(&json!({ "message": { "chat": { "id": 7 }, "sticker": {} } }));
    service.await_poll(104);
    service.happen(&json!({ "poll": {} }));
    service.await_poll(105);
    let answers =
        ["hello", "again"].map(|text| json!({ "chat_id": 7, "text": format!("pong {text}") }));
    assert_eq!(service.conversation().answers, answers);
    // The update with the broken connection came twice, all others once.
    assert_eq!(service.conversation().polls, [0, 101, 101, 102, 103, 104, 105]);
    let log = bot.read("pollbot.log");
    let (errors, lines): (Vec<_>, Vec<_>) = log.lines().partition(|line| line.starts_with("io: "));
    assert_eq!(errors.len(), 2, "{log}");
    let [hello, again] = ["7 says \"hello\"", "7 says \"again\""];
    let refused = "13 cannot be answered: http status: 403";
    assert_eq!(lines, ["logged in", hello, again, again, "13 says \"no\"", refused]);
    assert!(!log.contains(TOKEN), "{log}");
    let _line = begin(command()).finish().refusal("pollbot", 75);
    daemon.signal(Signal::SIGTERM);
    let _end = daemon.end();
    bot.await_nothing_left();
}

#[test]
fn pollbot_does_not_start_without_a_login() {
    let service = Service::open();
    let bot = Bot::new(env!("CARGO_BIN_EXE_pollbot"));
    let mut without_url = bot.command();
    without_url.env_remove("POLLBOT_URL");
    assert!(bot.refused_by(without_url, 78).contains("POLLBOT_URL"));
    service.conversation().broken = 1;
    for (token, code, why) in [(TOKEN, 69, "io: "), ("wrong", 77, "the token is wrong\n")] {
        let launch = begin(polling(&bot, &service.url(token))).finish();
        assert_eq!((launch.status.code(), &launch.stdout[..]), (Some(code), ""), "{launch:?}");
        assert!(launch.stderr.starts_with(&format!("pollbot: cannot log in: {why}")), "{launch:?}");
        assert!(
            launch.stderr.contains(&format!("it ended with exit code {code} before")),
            "{launch:?}"
        );
        bot.await_nothing_left();
    }
    assert!(service.conversation().polls.is_empty());
}

/// The command that starts a bot with this service.
fn polling(bot: &Bot, url: &str) -> Command {
    let mut command = bot.command();
    // A proxy of the machine could not reach this service.
    command.env("POLLBOT_URL", url).env("NO_PROXY", "*");
    command
}

const TOKEN: &str = "bot123456:right";

/// A chat that has blocked the bot.
const BLOCKING: i64 = 13;

/// A chat service on a free port. On drop, it answers all waiting requests.
struct Service {
    address: SocketAddr,
    shared: Arc<Shared>,
    accepting: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    conversation: Mutex<Conversation>,
    changed: Condvar,
}

#[derive(Default)]
struct Conversation {
    /// The updates that are not done, by number.
    updates: BTreeMap<i64, Value>,
    /// The number of all updates.
    happened: i64,
    /// The offset of each request for updates.
    polls: Vec<i64>,
    answers: Vec<Value>,
    /// How many of the next requests get no answer.
    broken: usize,
    is_over: bool,
}

impl Service {
    fn open() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let address = listener.local_addr().expect("a listener has an address");
        let shared = Arc::<Shared>::default();
        let accepting = {
            let shared = Arc::clone(&shared);
            thread::spawn(move || shared.accept(&listener))
        };
        Self { address, shared, accepting: Some(accepting) }
    }

    fn url(&self, token: &str) -> String {
        format!("http://{}/{token}", self.address)
    }

    fn conversation(&self) -> MutexGuard<'_, Conversation> {
        self.shared.conversation.lock().expect("no request has failed")
    }

    /// Adds an update with the next number, starting at 100.
    fn happen(&self, what: &Value) {
        let mut conversation = self.conversation();
        let number = 100 + conversation.happened;
        conversation.happened += 1;
        let mut update = what.clone();
        update["update_id"] = number.into();
        conversation.updates.insert(number, update);
        self.shared.changed.notify_all();
    }

    /// Waits until the bot asks for updates from this number on.
    #[track_caller]
    fn await_poll(&self, offset: i64) {
        wait::until(&format!("a request from {offset} on"), || {
            self.conversation().polls.last() == Some(&offset)
        });
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.shared.conversation.lock().unwrap_or_else(PoisonError::into_inner).is_over = true;
        self.shared.changed.notify_all();
        // The thread ends at the next connection, which is this one.
        if TcpStream::connect(self.address).is_ok() {
            let _ = self.accepting.take().map(JoinHandle::join);
        }
    }
}

impl Shared {
    fn accept(self: &Arc<Self>, listener: &TcpListener) {
        for connection in listener.incoming() {
            if self.conversation.lock().expect("no request has failed").is_over {
                break;
            }
            let shared = Arc::clone(self);
            // An error means that the bot has ended.
            thread::spawn(move || connection.and_then(|connection| shared.serve(connection)));
        }
    }

    /// Reads one request and answers it.
    fn serve(&self, connection: TcpStream) -> io::Result<()> {
        connection.set_read_timeout(Some(wait::PATIENCE))?;
        let mut reader = BufReader::new(connection);
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            if reader.read_until(b'\n', &mut head)? == 0 {
                return Ok(());
            }
        }
        let head = String::from_utf8(head).expect("text").to_ascii_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        let mut body = vec![0; length.map_or(0, |length| length.parse().expect("a length"))];
        reader.read_exact(&mut body)?;
        if let Some((status, answer)) = self.answer(&head, &body) {
            let head = format!(
                "HTTP/1.1 {status} .\r\nContent-Length: {}\r\nConnection: close",
                answer.len()
            );
            write!(reader.into_inner(), "{head}\r\n\r\n{answer}")?;
        }
        Ok(())
    }

    /// The status and text of the answer, if there is one.
    fn answer(&self, head: &str, body: &[u8]) -> Option<(u16, String)> {
        let mut conversation = self.conversation.lock().expect("no request has failed");
        if conversation.broken > 0 {
            conversation.broken -= 1;
            return None;
        }
        let (request, _) = head.split_once(" http/1.1\r\n").expect("a request");
        let (method, path) = request.split_once(' ').expect("a method");
        let Some(call) = path.strip_prefix(&format!("/{TOKEN}/")) else {
            return Some((401, json!({ "ok": false, "description": "Unauthorized" }).to_string()));
        };
        let result = match (method, call.split_once('?')) {
            ("get", None) if call == "getme" => json!({ "id": 1, "is_bot": true }),
            ("get", Some(("getupdates", query))) => self.updates(conversation, query),
            ("post", None)
                if call == "sendmessage"
                    && head.contains("\r\ncontent-type: application/json\r\n") =>
            {
                let message: Value = serde_json::from_slice(body).expect("a message");
                if message["chat_id"] == BLOCKING {
                    return Some((
                        403,
                        json!({ "ok": false, "description": "Forbidden" }).to_string(),
                    ));
                }
                conversation.answers.push(message);
                json!({})
            }
            _ => {
                return Some((404, json!({ "ok": false, "description": "Not Found" }).to_string()));
            }
        };
        Some((200, json!({ "ok": true, "result": result }).to_string()))
    }

    /// Drops the updates that are done, and waits for one that is not.
    fn updates(&self, mut conversation: MutexGuard<'_, Conversation>, query: &str) -> Value {
        let parameters: BTreeMap<&str, i64> = query
            .split('&')
            .map(|parameter| parameter.split_once('=').expect("a parameter"))
            .map(|(name, value)| (name, value.parse().expect("a number")))
            .collect();
        conversation.updates.retain(|&number, _| number >= parameters["offset"]);
        conversation.polls.push(parameters["offset"]);
        let limit = Duration::from_secs(parameters["timeout"].try_into().expect("a duration"));
        let nothing_new = |conversation: &mut Conversation| {
            conversation.updates.is_empty() && !conversation.is_over
        };
        let waited = self.changed.wait_timeout_while(conversation, limit, nothing_new);
        let (conversation, _) = waited.expect("no request has failed");
        conversation.updates.values().cloned().collect()
    }
}
