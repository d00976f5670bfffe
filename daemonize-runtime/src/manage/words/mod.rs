//! The words of `commands = true`: what was heard, and who answers it.

#[cfg_attr(not(unix), path = "without_fork.rs")]
mod answers;
pub(crate) mod by_word;
mod command_line;
#[cfg(unix)]
mod ending;
mod help;
#[cfg(unix)]
mod json;
#[cfg(unix)]
mod log;
mod place;
#[cfg(unix)]
mod report;
#[cfg(unix)]
mod starting;
mod word;

use std::ffi::OsString;
use std::io::{self, Write};
use std::sync::OnceLock;
use std::{env, process};

use crate::error::say;
use crate::manage::words::command_line::{Order, read};
use crate::options::Options;

pub(crate) use command_line::Program;
pub use help::commands_help;

/// The exit code for arguments that make no sense, from the Linux Standard Base.
const USAGE: i32 = 2;

/// The word that the program was started with; `None` where it was none of ours.
static HEARD: OnceLock<Option<Order>> = OnceLock::new();

/// The program's arguments without the word of `commands` and its options. The program's own parser
/// should read these, as in `Args::parse_from(daemonize_runtime::args_os())`.
///
/// The same as [`std::env::args_os`] in a program without `commands`, and with the builder before
/// [`answer_commands`](crate::Daemon::answer_commands).
///
/// # Examples
///
/// An option may depend on it. With `bot stop --timeout 60 --instance a`, this is the PID file of
/// the instance `a`:
///
/// ```
/// use std::path::PathBuf;
///
/// fn pid_file() -> PathBuf {
///     let instance = daemonize_runtime::args_os().skip_while(|word| word != "--instance").nth(1);
///     PathBuf::from(instance.unwrap_or("bot".into())).with_extension("pid")
/// }
/// # assert_eq!(pid_file(), PathBuf::from("bot.pid"));
/// ```
#[inline]
pub fn args_os() -> impl Iterator<Item = OsString> {
    let length = HEARD.get().and_then(Option::as_ref).map_or(0, |order| order.length);
    env::args_os()
        .enumerate()
        .filter(move |&(index, _)| index == 0 || index > length)
        .map(|(_, argument)| argument)
}

/// Reads the command line, once. Says what is wrong with it, and exits.
#[inline]
pub(crate) fn hear(program: Program) -> Option<Order> {
    *HEARD.get_or_init(|| {
        let arguments: Vec<OsString> = env::args_os().skip(1).collect();
        read(&arguments, program).unwrap_or_else(|mistake| {
            say(format_args!("{mistake}"));
            process::exit(USAGE)
        })
    })
}

/// Answers the word, if there is one, and exits. Returns where the program is to start.
#[inline]
pub(crate) fn answer(options: &Options) {
    // Where nobody has asked before, a builder has got its options from anywhere.
    let order = hear(Program { has_parser: true, files_vary: true });
    if let Some(code) = answers::answer(order, options) {
        process::exit(code)
    }
}

/// Prints an answer; whether that was possible. Not by `print!`, which panics.
#[inline]
pub(crate) fn print(text: &str) -> bool {
    let mut output = io::stdout();
    let printed = output.write_all(text.as_bytes()).and_then(|()| output.flush());
    printed.map_or_else(|error| is_unread(&error), |()| true)
}

/// Whether output failed because nobody reads it any more, which is no failure. Any other reason is
/// told.
#[inline]
pub(crate) fn is_unread(error: &io::Error) -> bool {
    let is_unread = error.kind() == io::ErrorKind::BrokenPipe;
    if !is_unread {
        say(format_args!("cannot write to standard output: {error}"));
    }
    is_unread
}
