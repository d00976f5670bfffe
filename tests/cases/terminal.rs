//! The daemon has no controlling terminal: no hang-up and no key reaches it, and it cannot acquire
//! a terminal by accident.

use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::Command;

use nix::sys::resource::Resource;
use nix::sys::signal::Signal;
use tests::bot;
use tests::bot::{Bot, begin, word};
use tests::condition::Condition;
use tests::daemon::Daemon;
use tests::lock::Gate;
use tests::terminal::Terminal;

/// A bot whose body waits at a gate, and then prints a line.
fn waiting_bot() -> (Bot, Gate) {
    let bot = bot!["chdir=false", "redirect=out.log", "await-in-body=gate", "print=alive", "sleep"];
    let gate = Gate::closed(&bot.file("gate"));
    (bot.under(Condition::Terminal).under(Condition::Limited(Resource::RLIMIT_CORE, 0)), gate)
}

/// Opens the gate and expects the daemon's line. A pending signal would end the daemon first.
fn assert_unharmed(bot: &Bot, daemon: &Daemon, gate: Gate) {
    gate.open();
    bot.await_text("out.log", "alive\n");
    assert!(daemon.process.is_alive());
}

/// A command whose standard streams are the terminal, as for a user at the terminal.
fn at(terminal: &Terminal, mut command: Command) -> Command {
    terminal.attach(&mut command);
    command
}

#[test]
fn a_bot_whose_launcher_leads_the_session_survives_its_end() {
    for _ in 0..20 {
        let (bot, gate) = waiting_bot();
        let terminal = Terminal::new();
        // The launcher leads the session, so its end already hangs up the processes in the session.
        let daemon = bot.start_by(at(&terminal, bot.command()));
        drop(terminal);
        assert_unharmed(&bot, &daemon, gate);
    }
}

#[test]
fn a_bot_started_by_a_shell_survives_the_hang_up() {
    let (bot, gate) = waiting_bot();
    let mut terminal = Terminal::new();
    let shell = begin(at(&terminal, bot.command_in_shell(r#""$@"; echo started; read -r line"#)));
    terminal.await_screen("started");
    let daemon = bot.daemon();
    drop(terminal);
    assert!(!shell.finish().status.success(), "the hang-up must end the shell");
    assert_unharmed(&bot, &daemon, gate);
}

#[test]
fn keys_that_interrupt_the_shell_do_not_reach_the_daemon() {
    for (key, signal) in [("\x03", Signal::SIGINT), ("\x1c", Signal::SIGQUIT)] {
        let (bot, gate) = waiting_bot();
        let mut terminal = Terminal::new();
        let shell =
            begin(at(&terminal, bot.command_in_shell(r#""$@"; echo started; read -r line"#)));
        terminal.await_screen("started");
        let daemon = bot.daemon();
        terminal.type_keys(key);
        assert_eq!(shell.finish().status.signal(), Some(signal as i32));
        assert_unharmed(&bot, &daemon, gate);
    }
}

#[test]
fn signals_to_the_launchers_group_do_not_reach_the_daemon() {
    let bot = bot!["chdir=false", "redirect=out.log", "await-in-body=gate", "print=alive", "sleep"];
    let gate = Gate::closed(&bot.file("gate"));
    let mut shell = bot.command_in_shell(r#""$@"; kill -HUP 0"#);
    shell.process_group(0);
    assert_eq!(begin(shell).finish().status.signal(), Some(Signal::SIGHUP as i32));
    assert_unharmed(&bot, &bot.daemon(), gate);
}

#[test]
fn the_daemon_has_no_controlling_terminal() {
    let (bot, _gate) = waiting_bot();
    let terminal = Terminal::new();
    assert_eq!(bot.start_by(at(&terminal, bot.command())).stat().terminal, 0);
}

#[test]
fn a_terminal_that_the_daemon_opens_does_not_control_it() {
    let terminal = Terminal::new();
    let bot =
        bot!["redirect=out.log", word("touch-terminal", &terminal.path()), "print=opened", "sleep"];
    let daemon = bot.start_and_await("out.log", "opened\n");
    assert!(
        daemon
            .process
            .descriptors()
            .values()
            .any(|descriptor| descriptor.target == terminal.path())
    );
    assert_eq!(daemon.stat().terminal, 0);
}

#[test]
fn without_close_fd_the_daemon_keeps_the_terminal() {
    let bot = bot!["close_fd=false", "print=on the screen", "sleep"];
    let mut terminal = Terminal::new();
    let daemon = bot.start_by(at(&terminal, bot.command()));
    terminal.await_screen("on the screen\r\n");
    for number in 0..=2 {
        assert!(daemon.process.has_open(number, &terminal.path()), "descriptor {number}");
    }
}
