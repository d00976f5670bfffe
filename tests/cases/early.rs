//! The fixture `early`, which does something before its start.

use std::process::Command;

use tests::bot::Bot;

/// A bot that does these things before its start.
pub(crate) fn early<const COUNT: usize>(words: [&str; COUNT]) -> Bot {
    Bot::new(env!("CARGO_BIN_EXE_early")).words(words.map(Into::into))
}

/// The command that starts the bot through this `main`: `builder`, `attribute` or `commands`.
pub(crate) fn by_main(bot: &Bot, main: &str) -> Command {
    let mut command = bot.command();
    command.env("MAIN", main);
    command
}
