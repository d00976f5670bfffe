//! The list of the words.

use std::sync::OnceLock;

use crate::manage::words::place::{Place, program, shown};

/// What is known of the program's files since the words were answered.
static PLACE: OnceLock<Place> = OnceLock::new();

/// Remembers where the files are, for whoever asks for help later.
#[inline]
pub(crate) fn remember(place: &Place) {
    let _ = PLACE.set(place.clone());
}

/// The words of `commands`, one a line, with the program's name, its PID file and its log. A
/// program with a parser of its own prints them below its own help. The word `help` is missing,
/// because that parser answers it.
///
/// The files are known in a program with `commands = true`, and after
/// [`Daemon::answer_commands`](crate::Daemon::answer_commands).
///
/// # Examples
///
/// ```no_run
/// use daemonize_runtime::{args_os, commands_help, daemonize};
///
/// fn port() -> u16 {
///     let argument = args_os().nth(1).and_then(|port| port.into_string().ok());
///     if argument.as_deref() == Some("--help") {
///         print!("usage: bot [WORD] [PORT]\n\n{}", commands_help());
///         std::process::exit(0);
///     }
///     argument.and_then(|port| port.parse().ok()).unwrap_or(7007)
/// }
///
/// #[daemonize(commands = true, before = port(), redirect = "bot.log")]
/// fn main(port: u16) {
///     println!("at port {port}");
/// }
/// ```
#[must_use]
#[inline]
pub fn commands_help() -> String {
    list("")
}

/// The answer to `help`.
#[inline]
pub(super) fn answer_to_help() -> String {
    list("  help     print this list\n")
}

#[inline]
fn list(last: &str) -> String {
    let mut text = format!(
        "commands of {}:\n\
        \x20 start    run in the background, as without a word\n\
        \x20 stop     ask it to end; kill it after --timeout SECONDS\n\
        \x20 restart  stop, then start with the arguments that follow\n\
        \x20 status   say whether it runs; --json for scripts\n\
        \x20 run      run in the foreground\n\
        \x20 log      print the last lines; -n NUMBER, -f to follow, --stderr for errors\n\
        {last}",
        program()
    );
    if let Some(Place { pid_file, log, errors }) = PLACE.get() {
        if let Some(pid_file) = pid_file {
            text.extend(["  PID file ", &shown(pid_file), "\n"]);
        }
        if let Some(log) = log.as_ref().or(errors.as_ref()) {
            text.extend(["  log      ", &shown(log), "\n"]);
        }
    }
    text
}
