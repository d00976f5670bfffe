//! In the foreground the signals that were inherited as ignored or blocked stay ignored or blocked.

use nix::sys::resource::Resource;
use nix::sys::signal::{Signal, kill};
use tests::bot;
use tests::bot::{Bot, begin};
use tests::condition::Condition;
use tests::lock::Gate;
use tests::need;
use tests::signals::{self, STANDARD, bit};
use tests::terminal::Terminal;

#[test(needs = nohup)]
fn under_nohup_a_bot_in_the_background_survives_its_terminal() {
    let bot = bot!["when=false", "chdir=false", "note=note", "await-in-body=gate", "note=end"]
        .under(Condition::Terminal);
    let gate = Gate::closed(&bot.file("gate"));
    let terminal = Terminal::new();
    let mut shell = bot.command_in_shell(r#"set -m; nohup "$@" & read -r line"#);
    terminal.attach(&mut shell);
    let shell = begin(shell);
    let process = bot.await_body();
    drop(terminal);
    assert!(!shell.finish().status.success(), "the hang-up must end the shell");
    // Once more, since some shells pass the signal on later.
    kill(process.0, Signal::SIGHUP).expect("the bot runs");
    gate.open();
    bot.await_text("end", &format!("{}\n", process.0));
}

fn nohup() -> need::Need {
    need::command("nohup", &["nohup", "true"])
}

/// The ignored and the blocked signals of a body in the foreground, under these conditions.
fn inherited(option: &str, conditions: impl IntoIterator<Item = Condition>) -> (u64, u64) {
    let bot = bot!["when=false", "chdir=false", option, "note=note", "sleep"];
    let bot = conditions.into_iter().fold(bot, Bot::under);
    let _launching = begin(bot.command());
    let process = bot.await_body();
    (process.signals("SigIgn"), process.signals("SigBlk"))
}

#[test]
fn ignored_signals_stay_ignored_and_others_default() {
    for option in ["reopen=false", "reopen=true"] {
        for ignored in [Signal::SIGHUP, Signal::SIGCHLD, Signal::SIGXFSZ, Signal::SIGTERM] {
            let (ignores, _) = inherited(option, [Condition::Ignored(ignored)]);
            // Rust itself ignores SIGPIPE.
            let expected = bit(ignored) | bit(Signal::SIGPIPE);
            assert_eq!(ignores & STANDARD, expected, "{ignored} with {option}");
        }
    }
    let everything: u64 = signals::catchable().map(bit).sum();
    let (ignores, _) = inherited("reopen=true", signals::catchable().map(Condition::Ignored));
    assert_eq!(ignores & STANDARD, everything);
}

#[test]
fn blocked_signals_stay_blocked() {
    let (_, blocks) = inherited("reopen=false", [Condition::Blocked]);
    let everything: u64 = signals::catchable().map(bit).sum();
    assert_eq!(blocks & STANDARD, everything);
    assert_eq!(inherited("reopen=false", []).1, 0);
}

#[test]
fn a_failed_start_leaves_signals_as_they_were() {
    // The program goes on after a failed start, and starts again successfully.
    let bot = bot!["when=false", "chdir=false", "fail-first=missing", "note=note", "sleep"];
    let bot = bot.under(Condition::Ignored(Signal::SIGCHLD));
    let _launching = begin(bot.command());
    let ignores = bot.await_body().signals("SigIgn");
    assert_eq!(ignores & STANDARD, bit(Signal::SIGCHLD) | bit(Signal::SIGPIPE));
}

#[test]
fn a_file_size_limit_changes_no_signal() {
    let (ignores, _) =
        inherited("reopen=false", [Condition::Limited(Resource::RLIMIT_FSIZE, 1 << 20)]);
    assert_eq!(ignores & STANDARD, bit(Signal::SIGPIPE));
}
