//! Signals in the foreground are the business of whoever started the bot: what is ignored there
//! stays ignored, and what is blocked stays blocked.

use nix::sys::resource::Resource;
use nix::sys::signal::{Signal, kill};
use tests::bot;
use tests::bot::{Bot, begin};
use tests::condition::Condition;
use tests::lock::Gate;
use tests::need;
use tests::terminal::Terminal;

/// The bit of a signal in a line of `/proc`.
fn bit(signal: Signal) -> u64 {
    1 << (signal as i32 - 1)
}

/// All signals that a program can do anything about.
fn all() -> impl Iterator<Item = Signal> {
    Signal::iterator().filter(|signal| ![Signal::SIGKILL, Signal::SIGSTOP].contains(signal))
}

#[test(needs = nohup)]
fn a_bot_in_the_background_survives_its_terminal() {
    let bot = bot!["when=false", "chdir=false", "note=note", "await-in-body=gate", "note=end"]
        .under(Condition::Terminal);
    let gate = Gate::closed(&bot.file("gate"));
    let terminal = Terminal::new();
    let mut shell = bot.command_in_shell(r#"set -m; nohup "$@" & read -r line"#);
    terminal.attach(&mut shell);
    let shell = begin(shell);
    let process = bot.await_body();
    drop(terminal);
    assert!(!shell.finish().status.success(), "the shell has noticed the hang-up");
    // Once more, for those whose shell passes it on later.
    kill(process.0, Signal::SIGHUP).expect("the bot runs");
    gate.open();
    bot.await_text("end", &format!("{}\n", process.0));
}

fn nohup() -> need::Need {
    need::command("nohup", &["nohup", "true"])
}

/// What is ignored and what is blocked in a body in the foreground, under these conditions.
fn signals(option: &str, conditions: impl IntoIterator<Item = Condition>) -> (u64, u64) {
    let bot = bot!["when=false", "chdir=false", option, "note=note", "sleep"];
    let bot = conditions.into_iter().fold(bot, Bot::under);
    let _launching = begin(bot.command());
    let process = bot.await_body();
    (process.signals("SigIgn"), process.signals("SigBlk"))
}

#[test]
fn ignored_signals_stay_ignored_and_default_ones_default() {
    for option in ["reopen=false", "reopen=true"] {
        for ignored in [Signal::SIGHUP, Signal::SIGCHLD, Signal::SIGXFSZ, Signal::SIGTERM] {
            let (ignores, _) = signals(option, [Condition::Ignored(ignored)]);
            // Rust itself ignores SIGPIPE. Above 31 are the signals that the C library keeps for
            // itself.
            let expected = bit(ignored) | bit(Signal::SIGPIPE);
            assert_eq!(ignores & 0x7fff_ffff, expected, "{ignored} with {option}");
        }
    }
    let everything: u64 = all().map(bit).sum();
    let (ignores, _) = signals("reopen=true", all().map(Condition::Ignored));
    assert_eq!(ignores & 0x7fff_ffff, everything);
}

#[test]
fn blocked_signals_stay_blocked() {
    let (_, blocks) = signals("reopen=false", [Condition::Blocked]);
    let everything: u64 = all().map(bit).sum();
    assert_eq!(blocks & 0x7fff_ffff, everything);
    assert_eq!(signals("reopen=false", []).1, 0);
}

#[test]
fn a_failed_start_leaves_signals_as_they_were() {
    // The program goes on after the failure, and starts for good.
    let bot = bot!["when=false", "chdir=false", "fail-first=missing", "note=note", "sleep"];
    let bot = bot.under(Condition::Ignored(Signal::SIGCHLD));
    let _launching = begin(bot.command());
    let ignores = bot.await_body().signals("SigIgn");
    assert_eq!(ignores & 0x7fff_ffff, bit(Signal::SIGCHLD) | bit(Signal::SIGPIPE));
}

#[test]
fn a_limited_file_size_changes_no_signal() {
    let (ignores, _) =
        signals("reopen=false", [Condition::Limited(Resource::RLIMIT_FSIZE, 1 << 20)]);
    assert_eq!(ignores & 0x7fff_ffff, bit(Signal::SIGPIPE));
}
