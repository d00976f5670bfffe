//! The words where there are no daemons: `run` and `help` do what they do elsewhere.

use crate::error::{Error, Kind};
use crate::manage::words::by_word::{in_foreground, remember};
use crate::manage::words::command_line::Order;
use crate::manage::words::word::Word;
use crate::manage::words::{help, print};
use crate::options::Options;

/// Answers the word, if there is one, and returns the exit code. `None` where the program is to
/// start.
pub(super) fn answer(order: Option<Order>, _options: &Options) -> Option<i32> {
    match order?.word {
        // What the other options say decides: in most programs, a refusal.
        Word::Start => None,
        Word::Run => {
            remember(in_foreground);
            None
        }
        Word::Help => {
            let (help, why) = (help::answer_to_help(), Kind::Unsupported);
            let is_told = print(&format!("{help}  {why}: only `run` and `help` work\n"));
            Some(i32::from(!is_told))
        }
        Word::Stop | Word::Restart | Word::Status | Word::Log => {
            let error = Error::from(Kind::Unsupported);
            error.report();
            Some(error.exit_code().into())
        }
    }
}
